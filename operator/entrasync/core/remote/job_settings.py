"""The job's own settings (synchronizationJobSettings): names with values that are text or null (graph-facts 2, 5.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.remote.jobs import RemoteJob

Setting = tuple[str, str | None]
"""Name and value, as two settings are compared."""

SettingEntry = Mapping[str, Any]
"""An entry as Graph sent it. It may have more members, and values of other types."""

SETTINGS_MEMBER = "synchronizationJobSettings"


@dataclass(frozen=True)
class SettingDifference:
    """A setting that differs from the spec. `found` is None where the job lacks the setting or has null."""

    name: str
    wanted: str
    found: str | None


@dataclass(frozen=True)
class SentSetting:
    """A value that Graph accepted and has not shown since. `found` is the value that Graph showed before."""

    wanted: str
    found: str | None
    at: datetime


def read_settings(raw: Mapping[str, Any]) -> tuple[Setting, ...] | None:
    """Read the settings of a job as Graph sent it. Entries without a name are left out.

    Returns None if Graph sent no settings at all, as in the answer to a create.
    """
    stored = raw.get(SETTINGS_MEMBER)
    if not isinstance(stored, list):
        return () if SETTINGS_MEMBER in raw else None
    entries = [entry for entry in stored if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    return tuple((entry["name"], read_text(entry.get("value"))) for entry in entries)


def merge_settings(stored: object, wanted: Iterable[tuple[str, str]]) -> tuple[SettingEntry, ...]:
    """Put the wanted settings over the stored ones, which are otherwise kept as they were read.

    All of them are sent, because it is not documented whether Graph keeps those that a PATCH leaves out.
    """
    missing = dict(wanted)
    entries = read_entries(stored)
    ours = {entry["name"]: missing[entry["name"]] for entry in entries if _is_among(missing, entry)}
    merged = [{**entry, "value": ours[entry["name"]]} if _is_among(ours, entry) else entry for entry in entries]
    added = [{"name": name, "value": value} for name, value in missing.items() if name not in ours]
    return (*merged, *added)


def with_settings(job: RemoteJob, settings: Iterable[SettingEntry]) -> RemoteJob:
    """Return the job as Graph will show it once it has accepted these settings."""
    return RemoteJob(job.id, {**job.raw, SETTINGS_MEMBER: list(settings)})


def _is_among(names: Mapping[str, str], entry: SettingEntry) -> bool:
    return isinstance(entry.get("name"), str) and entry["name"] in names
