"""A job's own settings (synchronizationJobSettings): names with values, which are text or null (graph-facts 2, 5.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.primitives.json_values import read_text
from entrasync.core.remote.jobs import RemoteJob

Setting = tuple[str, str | None]
"""Name and value, as they are compared."""

SettingEntry = Mapping[str, Any]
"""An entry as Graph has it, which may hold more and other than that."""

SETTINGS_MEMBER = "synchronizationJobSettings"


@dataclass(frozen=True)
class SettingDifference:
    """A setting that is not as the spec wants it. `found` is None where the job lacks it or has null."""

    name: str
    wanted: str
    found: str | None


@dataclass(frozen=True)
class SentSetting:
    """A value that Graph took and has not shown since; `found` is what it had shown before."""

    wanted: str
    found: str | None
    at: datetime


def read_settings(raw: Mapping[str, Any]) -> tuple[Setting, ...] | None:
    """Read the settings of a job as Graph sent it; None when it sent none, as the answer to a create may.

    Entries without a name are left out.
    """
    stored = raw.get(SETTINGS_MEMBER)
    if not isinstance(stored, list):
        return () if SETTINGS_MEMBER in raw else None
    entries = [entry for entry in stored if isinstance(entry, dict) and isinstance(entry.get("name"), str)]
    return tuple((entry["name"], read_text(entry.get("value"))) for entry in entries)


def merge_settings(stored: object, wanted: Iterable[tuple[str, str]]) -> tuple[SettingEntry, ...]:
    """Lay the wanted settings over those stored, which stay as they were read, whatever is in them.

    All are sent, for nobody tells whether Graph keeps those that a PATCH leaves out.
    """
    missing = dict(wanted)
    entries = [entry for entry in stored if isinstance(entry, dict)] if isinstance(stored, list) else []
    ours = {entry["name"]: missing[entry["name"]] for entry in entries if _is_among(missing, entry)}
    merged = [{**entry, "value": ours[entry["name"]]} if _is_among(ours, entry) else entry for entry in entries]
    added = [{"name": name, "value": value} for name, value in missing.items() if name not in ours]
    return (*merged, *added)


def with_settings(job: RemoteJob, settings: Iterable[SettingEntry]) -> RemoteJob:
    """Show a job as it is once Graph has taken these settings."""
    return RemoteJob(job.id, {**job.raw, SETTINGS_MEMBER: list(settings)})


def _is_among(names: Mapping[str, str], entry: SettingEntry) -> bool:
    return isinstance(entry.get("name"), str) and entry["name"] in names
