"""The only author of a SynchronizationJob's status. It is pure, so an unchanged status equals the stored one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import DeletionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.application.status import application_conditions, loss_conditions, updated_application_record
from entrasync.core.decision.action import describe_forecast
from entrasync.core.decision.condition import Condition, merge_conditions
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.health.freshness import overdue_conditions
from entrasync.core.health.ready import find_ready_obstacle, health_conditions, ready_condition
from entrasync.core.plan import forecast_writes
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.mirror import Mirror, mirror_job
from entrasync.core.resource.job_resource import JOB_MEMBERS, Operation, Resource
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.schedule.interval import interval_conditions
from entrasync.core.schedule.pause import read_mirrored_state
from entrasync.core.schedule.state import pause_of
from entrasync.core.status.effective import effective_policies, effective_values

HEALTH_CONDITIONS = frozenset(
    {
        ConditionType.QUARANTINED,
        ConditionType.OVERDUE,
        ConditionType.STEADY_STATE,
        ConditionType.SCHEDULE_APPLIED,
        ConditionType.ESCROWS_PRUNED,
    }
)
"""What Graph itself says of a job's health and schedule. It is kept when Graph cannot be read."""

GRAPH_CONDITIONS = HEALTH_CONDITIONS | {ConditionType.CREDENTIALS_VALID}
"""All conditions that repeat Graph: those of health, and what it said of the application's credentials."""


@dataclass(frozen=True)
class StatusUpdate:
    """A status to be stored, and complaints about Graph's answer."""

    status: dict[str, Any]
    complaints: tuple[str, ...] = ()


def record_observation(facts: Facts) -> StatusUpdate:
    """Record what this pass saw: mirror, pause, identity, and what is in force. Conditions stay as they are."""
    resource, observed = facts.resource, facts.observed
    mirror = _mirror_of_held_job(facts)
    status = dict(resource.without_former_job().status)
    status["effective"] = effective_values(facts)
    if facts.desired.interval is None:
        status["interval"] = None
    if resource.held_job_id and facts.job is not None:
        status["tenantId"] = status.get("tenantId") or observed.tenant_id
        status["servicePrincipalId"] = resource.service_principal_id
        status |= {"job": mirror.job, "synchronizationStatus": mirror.synchronization_status}
        pause = pause_of(facts)
        status["pause"] = pause.write() if pause else None
        if _has_resumed(facts, facts.job):
            status["lastResumeTime"] = write_time(facts.now)
        status["origin"] = resource.origin
        status["originTime"] = status.get("originTime") or write_time(facts.now)
        status["operation"] = status.get("operation") if resource.is_restart_due else None
        status["application"] = updated_application_record(facts)
    return StatusUpdate(_without_none(status), mirror.complaints)


def _has_resumed(facts: Facts, job: RemoteJob) -> bool:
    """Whether the job was last seen paused and is active again."""
    return job.is_active and read_mirrored_state(facts.resource.status).state not in {None, "Active"}


def _mirror_of_held_job(facts: Facts) -> Mirror:
    if facts.job is None or facts.resource.held_job_id != facts.job.id:
        return Mirror({}, {})
    return mirror_job(facts.job)


def with_intent(resource: Resource, operation: Operation, *, action: str, tenant_id: str) -> dict[str, Any]:
    """Record that a create is about to be sent, and where.

    The job held before, if any, is forgotten in the same write.
    """
    status = dict(resource.status) | {"tenantId": tenant_id, "servicePrincipalId": operation.service_principal_id}
    status["operation"] = {
        "action": action,
        "startedAt": write_precise_time(operation.started_at),
        "servicePrincipalId": operation.service_principal_id,
        "templateId": operation.template_id,
        "jobIdsBefore": sorted(operation.job_ids_before),
    }
    return {name: value for name, value in status.items() if name not in JOB_MEMBERS}


def without_intent(resource: Resource) -> dict[str, Any]:
    """Forget an intent whose create surely did not happen.

    A resource that never held a job may still move elsewhere.
    """
    forgotten = {"operation"} if resource.annotated_job_id else {"operation", "tenantId", "servicePrincipalId"}
    return {name: value for name, value in resource.status.items() if name not in forgotten}


def with_answer(resource: Resource) -> dict[str, Any]:
    """Settle the intent: Graph has told the id of the job it created."""
    return {name: value for name, value in resource.status.items() if name != "operation"}


def with_start(resource: Resource, now: datetime) -> dict[str, Any]:
    """Remember that Graph took a start; whatever pause there was is over."""
    status = {name: value for name, value in resource.status.items() if name != "pause"}
    return status | {"lastStartTime": write_precise_time(now)}


def with_interval(
    resource: Resource, interval: str, now: datetime, *, answer: str | None, repeat_at: datetime | None = None
) -> dict[str, Any]:
    """Remember that Graph was asked for an interval, what it said if it did not take it, and when to ask once more."""
    asked = {"requested": interval, "time": write_time(now), "answer": answer}
    asked["repeatTime"] = write_time(repeat_at) if repeat_at else None
    return dict(resource.status) | {"interval": _without_none(asked)}


def build_status(facts: Facts, halt: Halt | None, *, wall: datetime) -> dict[str, Any]:
    """Write the conditions of a pass that saw Graph and ended with `halt` (None: all is as wanted)."""
    obstacle = find_ready_obstacle(facts, halt)
    conditions = [ready_condition(facts, obstacle, halt=halt), *_applied_and_drifted(facts, halt), *_progress(obstacle)]
    conditions += application_conditions(facts)
    if facts.job is not None and facts.resource.held_job_id:
        conditions += [
            *health_conditions(facts.job, facts.bounds),
            *overdue_conditions(facts),
            *interval_conditions(facts),
        ]
    elif facts.resource.held_job_id:
        conditions += _keep(
            facts.resource, HEALTH_CONDITIONS
        )  # a job that is not shown this time is no news of its health
    return _write_conditions(facts.resource, conditions, wall=wall)


def build_unseen_status(resource: Resource, halt: Halt, *, is_blind: bool, wall: datetime) -> dict[str, Any]:
    """Write the conditions of a pass that could not read Graph.

    What was known stays, but Ready is not True while blind.

    A `Retry` of a settled resource changes nothing until it `is_blind`: one lost poll is no news.
    """
    if isinstance(halt, Retry) and not is_blind and _is_settled(resource):
        return dict(resource.status)
    keeps_drift = resource.is_observe_only and _is_unrelated_to_job(halt)
    kept = _keep(
        resource, GRAPH_CONDITIONS | {ConditionType.DRIFTED} if keeps_drift else GRAPH_CONDITIONS
    ) + loss_conditions(resource)
    blind = Condition(ConditionType.READY, "Unknown", Reason.GRAPH_UNREACHABLE, _blind_message(halt))
    # A Wait keeps its own message and is not True either: Graph answered, but not yet as it will.
    ready = blind if is_blind and isinstance(halt, Retry) else _ready_of_unseen(resource, halt)
    conditions = [ready, *_keep_applied(resource, halt), *_progress(halt), *kept]
    return _write_conditions(_with_policies(resource), conditions, wall=wall)


def build_suspended_status(resource: Resource, *, wall: datetime) -> dict[str, Any]:
    """Say once that the resource is left alone, and that a deletion would only release it.

    The mirror stays as it was.
    """
    message = (
        "spec.suspend is true: the operator neither reads nor writes this job. The mirrored status is as old as that."
    )
    ready = Condition(ConditionType.READY, "Unknown", Reason.SUSPENDED, message)
    effective = {**resource.status.get("effective", {}), "deletionPolicy": DeletionPolicy.RETAIN.value}
    shown = replace(resource, status={**resource.status, "effective": effective})
    return _write_conditions(shown, [ready, *loss_conditions(resource)], wall=wall)


def _with_policies(resource: Resource) -> Resource:
    """Show the policies that hold now, above all for a deletion.

    The schedule state is the one from the last read of Graph.
    """
    if resource.desired is None:
        return resource
    effective = {**resource.status.get("effective", {}), **effective_policies(resource, resource.desired)}
    return replace(resource, status={**resource.status, "effective": effective})


def _known(resource: Resource) -> dict[ConditionType, Condition]:
    return {condition.type: condition for condition in Condition.read_all(resource.status)}


def _keep(resource: Resource, kinds: frozenset[ConditionType]) -> list[Condition]:
    return [condition for kind, condition in _known(resource).items() if kind in kinds]


def _is_current(resource: Resource) -> bool:
    return resource.status.get("observedGeneration") == resource.generation


def _is_settled(resource: Resource) -> bool:
    """Whether the last pass with this generation ended well, waits for a person, or found drift only."""
    known = _known(resource)
    kinds = (ConditionType.READY, ConditionType.APPLIED, ConditionType.STALLED, ConditionType.DRIFTED)
    ends = (known.get(kind) for kind in kinds)
    return _is_current(resource) and any(end is not None and end.is_true for end in ends)


def _ready_of_unseen(resource: Resource, halt: Halt) -> Condition:
    """Keep Ready of this generation. A new generation cannot be called ready before Graph was read."""
    known = _known(resource).get(ConditionType.READY)
    if isinstance(halt, Retry) and known is not None and _is_current(resource):
        return known
    is_unknown = halt.reason is Reason.CONNECTION_NOT_READY
    return Condition(ConditionType.READY, "Unknown" if is_unknown else "False", halt.reason, halt.message)


def _keep_applied(resource: Resource, halt: Halt) -> list[Condition]:
    known = _known(resource).get(ConditionType.APPLIED)
    if _is_unrelated_to_job(halt) and known is not None and _is_settled(resource):
        return [known]
    return [_applied(halt)]


def _is_unrelated_to_job(halt: Halt) -> bool:
    """Whether the halt says nothing about the job itself."""
    return isinstance(halt, Retry) or halt.reason is Reason.CONNECTION_NOT_READY


def _blind_message(halt: Halt) -> str:
    return (
        f"Graph could not be read for three poll intervals; what is mirrored below may be out of date. {halt.message}"
    )


def _applied(halt: Halt | None) -> Condition:
    if halt is None or halt.reason is Reason.PAUSED_BY_GRAPH:
        return Condition(ConditionType.APPLIED, "True", Reason.APPLIED, "Graph matches the spec.")
    return Condition(ConditionType.APPLIED, "False", halt.reason, halt.message)


def _applied_and_drifted(facts: Facts, halt: Halt | None) -> list[Condition]:
    """For an observe-only resource, say what would be done. What is managed is corrected instead."""
    kind, applied = ConditionType.DRIFTED, _applied(halt)
    if not facts.desired.is_observe_only:
        return [applied]
    if foreseen := forecast_writes(facts):
        drifted = Condition(kind, "True", Reason.DRIFTED, describe_forecast(foreseen))
        return [replace(drifted, type=ConditionType.APPLIED, status="False") if halt is None else applied, drifted]
    return [applied] if halt else [applied, Condition(kind, "False", applied.reason, applied.message)]


def _progress(halt: Halt | None) -> list[Condition]:
    match halt:
        case None:
            return []
        case Stall():
            return [Condition(ConditionType.STALLED, "True", halt.reason, halt.message)]
        case Wait() | Retry():
            return [Condition(ConditionType.RECONCILING, "True", halt.reason, halt.message)]


def _write_conditions(resource: Resource, conditions: list[Condition], *, wall: datetime) -> dict[str, Any]:
    status = dict(resource.status)
    status["observedGeneration"] = resource.generation
    if not resource.is_suspended and (request := find_request(resource.annotations)):
        status["lastHandledReconcileAt"] = request
    status["conditions"] = merge_conditions(
        status.get("conditions"),
        [*conditions, *_doubts(resource)],
        generation=resource.generation,
        now=write_time(wall),
    )
    return status


def _doubts(resource: Resource) -> list[Condition]:
    """Say which defaults are only cautious. For a suspended resource no default is in force."""
    doubts = resource.desired.doubts if resource.desired and not resource.is_suspended else ()
    message = " ".join(doubt.message for doubt in doubts)
    return [Condition(ConditionType.DEFAULTS_IN_DOUBT, "True", doubts[0].reason, message)] if doubts else []


def _without_none(status: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if value is not None}
