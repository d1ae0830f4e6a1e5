"""What the lists show of a SynchronizationJob, read from its document. The rows hold no personal data and no secret."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.core.primitives.times import parse_time, write_time
from entrasync.core.remote.synchronization_status import Quarantine, read_synchronization_status
from kubectl_entrasync.fleet.health import Health

Document = Mapping[str, Any]


@dataclass(frozen=True)
class QuarantineRow:
    """The quarantine that Graph put a job in."""

    reason: str | None
    since: datetime | None
    next_attempt: datetime | None


@dataclass(frozen=True)
class JobRow:
    """One job of the fleet."""

    namespace: str
    name: str
    health: Health
    code: str | None
    """Graph's word for the state, such as `Active`."""
    last_success: datetime | None
    changed: datetime | None
    """When a condition last changed its status."""
    reason: str
    message: str
    """What is the matter and what to do, in the operator's words."""
    quarantine: QuarantineRow | None

    @property
    def urgency(self) -> tuple[int, str, str]:
        """The sort key: the most urgent first."""
        return self.health.rank, self.namespace, self.name


def read_rows(documents: Iterable[Document]) -> list[JobRow]:
    """Return the rows of documents, the most urgent first."""
    return sort_rows(map(read_row, documents))


def sort_rows(rows: Iterable[JobRow]) -> list[JobRow]:
    """Return rows, the most urgent first."""
    return sorted(rows, key=lambda row: row.urgency)


def read_row(document: Document) -> JobRow:
    """Return the row of one document. A document without status is one that the operator has not looked at yet."""
    metadata, status = document["metadata"], document.get("status") or {}
    conditions = {str(entry["type"]): entry for entry in status.get("conditions") or ()}
    health = _judge(document, conditions)
    deciding = _find_deciding(health, conditions)
    live = read_synchronization_status(status.get("synchronizationStatus"))
    return JobRow(
        namespace=metadata["namespace"],
        name=metadata["name"],
        health=health,
        code=live.code,
        last_success=live.last_success.ended_at,
        changed=max((time for entry in conditions.values() if (time := _changed(entry)) is not None), default=None),
        reason=str(deciding.get("reason", "NotLookedAt")),
        message=str(deciding.get("message", _NOT_LOOKED_AT)),
        quarantine=_read_quarantine(live.quarantine),
    )


_NOT_LOOKED_AT = "The operator has not looked at this resource yet. If that lasts, run `kubectl entrasync doctor`."


def _judge(document: Document, conditions: Mapping[str, Document]) -> Health:
    """Return the most urgent word that the conditions justify."""
    ready = conditions.get(ConditionType.READY)
    if document["metadata"].get("deletionTimestamp") and not _holds(conditions, ConditionType.STALLED):
        return Health.DELETING
    for condition_type, health in (
        (ConditionType.QUARANTINED, Health.QUARANTINED),
        (ConditionType.STALLED, Health.STALLED),
        (ConditionType.OVERDUE, Health.OVERDUE),
    ):
        if _holds(conditions, condition_type):
            return health
    if (document.get("spec") or {}).get("suspend"):
        return Health.SUSPENDED
    if ready is None or ready.get("observedGeneration") not in (None, document["metadata"].get("generation")):
        return Health.NEW
    return _judge_looked_at(document, conditions, ready)


def _judge_looked_at(document: Document, conditions: Mapping[str, Document], ready: Document) -> Health:
    if ready["status"] == "Unknown":
        return Health.UNKNOWN
    if _holds(conditions, ConditionType.DRIFTED):
        return Health.DRIFTED
    if ready["status"] != "True":
        return Health.WORKING
    schedule = ((document.get("status") or {}).get("job") or {}).get("schedule") or {}
    return Health.PAUSED if schedule.get("state") in ("Disabled", "Paused") else Health.HEALTHY


def _holds(conditions: Mapping[str, Document], condition_type: ConditionType) -> bool:
    return conditions.get(condition_type, {}).get("status") == "True"


_DECIDING = {
    Health.QUARANTINED: ConditionType.QUARANTINED,
    Health.STALLED: ConditionType.STALLED,
    Health.OVERDUE: ConditionType.OVERDUE,
    Health.DRIFTED: ConditionType.DRIFTED,
}


def _find_deciding(health: Health, conditions: Mapping[str, Document]) -> Document:
    return conditions.get(_DECIDING.get(health, ConditionType.READY), {})


def _changed(entry: Document) -> datetime | None:
    return parse_time(entry.get("lastTransitionTime"))


def _read_quarantine(found: Quarantine | None) -> QuarantineRow | None:
    return None if found is None else QuarantineRow(found.reason, found.current_began_at, found.next_attempt_at)


def write_row(row: JobRow) -> dict[str, Any]:
    """Return the row as JSON and YAML show it."""
    shown: dict[str, Any] = {
        "namespace": row.namespace,
        "name": row.name,
        "health": str(row.health),
        "ill": row.health.is_ill,
        "code": row.code,
        "lastSuccess": _write(row.last_success),
        "changed": _write(row.changed),
        "reason": row.reason,
        "message": row.message,
    }
    if (quarantine := row.quarantine) is not None:
        shown["quarantine"] = {
            "reason": quarantine.reason,
            "since": _write(quarantine.since),
            "nextAttempt": _write(quarantine.next_attempt),
        }
    return shown


def _write(time: datetime | None) -> str | None:
    return None if time is None else write_time(time)
