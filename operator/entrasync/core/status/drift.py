"""What somebody else changed in Graph and the operator corrected: `status.lastDrift`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.decision.action import Action, PatchSettings, PauseJob, SaveSecrets, StartJob
from entrasync.core.primitives.times import write_time
from entrasync.core.primitives.utf8 import repair
from entrasync.core.remote.stored_secrets import NOTIFICATION_SETTINGS, SKIP_DELETIONS, SYNC_ALL
from entrasync.core.schedule.pause import read_mirrored_state

_APPLICATION_FIELDS = {
    SYNC_ALL: "application.provisioningScope",
    SKIP_DELETIONS: "application.outOfScopeDeletions",
}

MAX_VALUE_LENGTH = 256
"""Longer values are cut."""


@dataclass(frozen=True)
class Difference:
    """One difference from spec. `field` is its place in spec. Of a secret there are no values."""

    field: str
    wanted: str | None = None
    found: str | None = None

    def write(self) -> dict[str, str]:
        """Write it as a member of `status.lastDrift.differences`."""
        values = {"field": self.field, "wanted": self.wanted, "found": self.found}
        return {name: repair(value[:MAX_VALUE_LENGTH]) for name, value in values.items() if value is not None}


def find_corrected_drift(action: Action, status: Mapping[str, Any]) -> tuple[Difference, ...]:
    """List what an action corrects that somebody else had changed. `status` has the mirror from before the action."""
    found = read_mirrored_state(status).state
    match action:
        case StartJob(corrects_drift=True):
            return (Difference("schedule.state", "Active", found),)
        case PauseJob(corrects_drift=True):
            return (Difference("schedule.state", "Paused", found),)
        case PatchSettings(drift=drift):
            return tuple(Difference(f"settings[{entry.name}]", entry.wanted, entry.found) for entry in drift)
        case SaveSecrets():
            return tuple(Difference(field) for field in sorted(_fields_of(action)))
        case _:
            return ()


def _fields_of(action: SaveSecrets) -> set[str]:
    keys = action.corrects_drift - {NOTIFICATION_SETTINGS}
    named = {_APPLICATION_FIELDS.get(key, f"application.credentials[{key}]") for key in keys}
    return named | {f"application.{name}" for name in action.changed_settings}


def with_last_drift(
    status: Mapping[str, Any], differences: tuple[Difference, ...], *, now: datetime
) -> Mapping[str, Any]:
    """Record a correction. Without differences the status is returned unchanged."""
    if not differences:
        return status
    written = [difference.write() for difference in differences]
    return {**status, "lastDrift": {"time": write_time(now), "differences": written}}
