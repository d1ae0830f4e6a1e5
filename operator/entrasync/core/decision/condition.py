"""A condition of a status, and how a new set of conditions replaces the stored one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from entrasync.api.conditions import ConditionType
from entrasync.core.primitives.json_values import read_entries
from entrasync.core.primitives.quotes import shorten

ConditionStatus = Literal["True", "False", "Unknown"]

MAX_MESSAGE_LENGTH = 2048
"""Kubernetes allows 32 KiB; nobody reads more than this."""

_KINDS = tuple(ConditionType)
_ORDER = {kind: place for place, kind in enumerate(_KINDS)}


@dataclass(frozen=True)
class Condition:
    """One condition without its times: what it says, and why."""

    type: ConditionType
    status: ConditionStatus
    reason: str
    message: str

    @property
    def is_true(self) -> bool:
        """Whether its status is True."""
        return self.status == "True"

    @staticmethod
    def read_all(status: Mapping[str, Any]) -> list["Condition"]:
        """Read the conditions stored in a status. Those of an unknown type or status are left out."""
        return [
            Condition(
                ConditionType(entry["type"]),
                entry["status"],
                str(entry.get("reason", "")),
                str(entry.get("message", "")),
            )
            for entry in read_entries(status.get("conditions"))
            if entry.get("type") in _KINDS and entry.get("status") in ["True", "False", "Unknown"]
        ]


def merge_conditions(stored: object, wanted: Iterable[Condition], *, generation: int, now: str) -> list[dict[str, Any]]:
    """Write conditions in a fixed order. Those stored and not among `wanted` are dropped.

    A transition time changes only when the condition's status does.
    """
    before = {str(entry.get("type")): entry for entry in read_entries(stored)}
    ordered = sorted(wanted, key=lambda condition: _ORDER[condition.type])
    return [_write(condition, before.get(condition.type.value), generation, now) for condition in ordered]


def _write(condition: Condition, before: Mapping[str, Any] | None, generation: int, now: str) -> dict[str, Any]:
    is_same = before is not None and before.get("status") == condition.status and before.get("lastTransitionTime")
    return {
        "type": condition.type.value,
        "status": condition.status,
        "observedGeneration": generation,
        "lastTransitionTime": before["lastTransitionTime"] if before and is_same else now,
        "reason": str(condition.reason),
        "message": shorten(condition.message, MAX_MESSAGE_LENGTH),
    }
