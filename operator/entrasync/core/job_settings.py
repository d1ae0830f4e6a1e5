"""A job's own settings (synchronizationJobSettings): names with values, which are text or null (graph-facts 2, 5.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.jobs import RemoteJob

Setting = tuple[str, str | None]

MEMBER = "synchronizationJobSettings"


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
    stored = raw.get(MEMBER)
    if not isinstance(stored, list):
        return () if MEMBER in raw else None
    entries = [entry for entry in stored if isinstance(entry, Mapping) and isinstance(entry.get("name"), str)]
    return tuple((entry["name"], _text(entry.get("value"))) for entry in entries)


def merge_settings(known: Iterable[Setting], wanted: Iterable[Setting]) -> tuple[Setting, ...]:
    """Lay the wanted settings over those known: nobody tells whether Graph keeps those that a PATCH leaves out."""
    return tuple((dict(known) | dict(wanted)).items())


def with_settings(job: RemoteJob, settings: Iterable[Setting]) -> RemoteJob:
    """Show a job as it is once Graph has taken these settings."""
    return RemoteJob(job.id, {**job.raw, MEMBER: [{"name": name, "value": value} for name, value in settings]})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
