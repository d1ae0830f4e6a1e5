"""The only author of a ProvisioningRequest's status and its Events."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition, merge_conditions
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Halt
from entrasync.core.primitives.times import write_time
from entrasync.core.provisioning.ending import Ending, write_result
from entrasync.core.provisioning.record import SendIntent
from entrasync.core.provisioning.request_resource import RequestResource


def build_accepted_status(request: RequestResource, *, now: datetime, wall: datetime) -> dict[str, Any]:
    """Write that a request was seen for the first time. `now` is world time, `wall` real time."""
    accepted = request.with_record(replace(request.record, accepted_at=now))
    return _in_progress(accepted, Reason.PROVISIONING, "The request is accepted, and will be sent to Graph.", wall=wall)


def build_waiting_status(request: RequestResource, halt: Halt, *, place: int | None, wall: datetime) -> dict[str, Any]:
    """Write why a request waits, and at which place in line if that is why."""
    waiting = request.with_record(replace(request.record, place=place))
    return _in_progress(waiting, halt.reason, halt.message, wall=wall)


def build_unsent_status(request: RequestResource, halt: Halt, *, wall: datetime) -> dict[str, Any]:
    """Write that a request was surely not sent after all, and why it waits."""
    unsent = request.with_record(replace(request.record, intent=None))
    return _in_progress(unsent, halt.reason, halt.message, wall=wall)


def build_sending_status(request: RequestResource, intent: SendIntent, *, wall: datetime) -> dict[str, Any]:
    """Write that a request is about to be sent. What a process finds of this was perhaps sent."""
    sending = request.with_record(replace(request.record, place=None, intent=intent))
    return _in_progress(sending, Reason.PROVISIONING, "The request is being sent to Graph.", wall=wall)


def build_final_status(
    request: RequestResource, ending: Ending, *, intent: SendIntent | None, now: datetime, wall: datetime
) -> dict[str, Any]:
    """Write the end of a request. `intent` is what was sent, if anything was."""
    record = request.record
    ended = replace(
        record,
        accepted_at=record.accepted_at or now,
        place=None,
        intent=None,
        result=write_result(ending, intent),
        completed_at=now,
    )
    ready = Condition(ConditionType.READY, "True" if ending.is_success else "False", ending.reason, ending.message)
    stalled = Condition(ConditionType.STALLED, "True", ending.reason, ending.message)
    conditions = [ready] if ending.is_success else [ready, stalled]
    return _with_conditions(request.with_record(ended), conditions, wall=wall)


def ending_event(ending: Ending) -> Event:
    """Return the Event about the end of a request, which is its only one."""
    return Event("Normal" if ending.is_success else "Warning", ending.reason, ending.message)


def _in_progress(request: RequestResource, reason: Reason, message: str, *, wall: datetime) -> dict[str, Any]:
    ready = Condition(ConditionType.READY, "False", reason, message)
    return _with_conditions(request, [ready, Condition(ConditionType.RECONCILING, "True", reason, message)], wall=wall)


def _with_conditions(request: RequestResource, conditions: list[Condition], *, wall: datetime) -> dict[str, Any]:
    status = dict(request.status)
    status["observedGeneration"] = request.generation
    status["conditions"] = merge_conditions(
        status.get("conditions"), conditions, generation=request.generation, now=write_time(wall)
    )
    return status
