"""What a pass writes into the status of a SynchronizationJob."""

from dataclasses import replace
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.resource.job_resource import Resource
from entrasync.core.status.job_status import build_status, record_observation
from tests.support.facts import NOW, minutes, seconds

STALL = Stall(Reason.CONFLICT, "Somebody else has it.")
WAIT = Wait(Reason.STARTING, "It starts.", seconds(5))
RETRY = Retry(Reason.GRAPH_UNREACHABLE, "No answer.")
LATER = NOW + minutes(1)


def conditions_of(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["type"]: entry for entry in status["conditions"]}


def condition_of(status: dict[str, Any], kind: ConditionType) -> tuple[str, str]:
    entry = conditions_of(status)[kind]
    return entry["status"], entry["reason"]


def status_after(seen: Facts, halt: Halt | None = None) -> dict[str, Any]:
    """Return the status after a whole pass: first what was observed is recorded, then the conditions are built."""
    observed = seen.resource.with_record(record_observation(seen).record)
    return build_status(replace(seen, resource=observed), halt, wall=seen.now).write()


def resource_after(seen: Facts, halt: Halt | None = None, **overlay: Any) -> Resource:
    """Return the resource as the API server has it after such a pass."""
    return replace(seen.resource, **({"status": status_after(seen, halt)} | overlay))
