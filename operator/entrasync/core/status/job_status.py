"""The only author of a SynchronizationJob's status. It is pure, so an unchanged status equals the stored one."""

from dataclasses import dataclass, replace
from datetime import datetime

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
from entrasync.core.job.candidates import is_contested
from entrasync.core.plan import forecast_writes
from entrasync.core.primitives.times import write_time
from entrasync.core.record.job_record import JobRecord
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.mirror import Mirror, mirror_job
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.held_deletions import held_deletions_conditions
from entrasync.core.restart.record import updated_restarts
from entrasync.core.restart.requests import explain_waiting_requests
from entrasync.core.schedule.interval import interval_conditions
from entrasync.core.schedule.state import pause_of, still_unshown_change
from entrasync.core.schema.status import updated_schema_record
from entrasync.core.status.effective import effective_policies, effective_settings

HEALTH_CONDITIONS = frozenset(
    {
        ConditionType.QUARANTINED,
        ConditionType.OVERDUE,
        ConditionType.STEADY_STATE,
        ConditionType.SCHEDULE_APPLIED,
        ConditionType.ESCROWS_PRUNED,
        ConditionType.DELETIONS_HELD,
    }
)
"""What Graph itself says of a job's health and schedule. It is kept when Graph cannot be read."""

GRAPH_CONDITIONS = HEALTH_CONDITIONS | {ConditionType.CREDENTIALS_VALID}
"""All conditions that repeat Graph: those of health, and what it said of the application's credentials."""


@dataclass(frozen=True)
class StatusUpdate:
    """A record to be stored, and complaints about Graph's answer."""

    record: JobRecord
    complaints: tuple[str, ...] = ()


def record_observation(facts: Facts) -> StatusUpdate:
    """Record what this pass saw: mirror, pause, identity, and what is in force. Conditions stay as they are."""
    record = replace(facts.resource.without_former_job().record, effective=effective_settings(facts))
    if facts.desired.interval is None:
        record = replace(record, interval=None)
    if not facts.resource.held_job_id or facts.job is None or is_contested(facts):
        return StatusUpdate(record)
    mirror = _mirror_of_held_job(facts, facts.job)
    return StatusUpdate(_with_job(record, facts, facts.job, mirror=mirror), mirror.complaints)


def _with_job(record: JobRecord, facts: Facts, job: RemoteJob, *, mirror: Mirror) -> JobRecord:
    """Record what this pass saw of the held job."""
    resource = facts.resource
    intent = resource.create_intent
    return replace(
        record,
        tenant_id=record.tenant_id or facts.observed.tenant_id,
        service_principal_id=resource.service_principal_id,
        job=mirror.job,
        synchronization_status=mirror.synchronization_status,
        pause=pause_of(facts),
        unshown_change=still_unshown_change(facts),
        restarts=updated_restarts(facts),
        last_resume_time=facts.now if _has_resumed(facts, job) else record.last_resume_time,
        origin=resource.origin,
        origin_time=record.origin_time or (intent.started_at if intent else facts.now),
        operation=record.operation if resource.is_restart_due or facts.observed.is_assumed else None,
        application=updated_application_record(facts),
        schema=updated_schema_record(facts),
    )


def _has_resumed(facts: Facts, job: RemoteJob) -> bool:
    """Whether the job was last seen paused and is active again."""
    return job.is_active and facts.resource.record.mirrored_job.is_paused


def _mirror_of_held_job(facts: Facts, job: RemoteJob) -> Mirror:
    return mirror_job(job) if facts.resource.held_job_id == job.id else Mirror({}, {})


def build_status(facts: Facts, halt: Halt | None, *, wall: datetime) -> JobRecord:
    """Write the conditions of a pass that saw Graph and ended with `halt` (None: all is as wanted).

    It answers the reconcile request that was there before Graph was read.
    """
    obstacle = find_ready_obstacle(facts, halt)
    ready = ready_condition(facts, obstacle, halt=halt)
    ready = replace(ready, message=f"{ready.message}{explain_waiting_requests(facts)}")
    conditions = [ready, *_applied_and_drifted(facts, halt), *_progress(obstacle)]
    conditions += application_conditions(facts)
    if facts.job is not None and facts.resource.held_job_id:
        conditions += [
            *health_conditions(facts.job, facts.bounds),
            *overdue_conditions(facts),
            *interval_conditions(facts),
            *held_deletions_conditions(facts),
        ]
    elif facts.resource.held_job_id:
        # A job that is not shown this time is no news of its health.
        conditions += _keep(facts.resource, HEALTH_CONDITIONS)
    seen = _write_conditions(facts.resource, conditions, wall=wall)
    return replace(seen, last_handled_reconcile_at=facts.observed.request or seen.last_handled_reconcile_at)


def build_unseen_status(
    resource: Resource, halt: Halt, *, is_blind: bool, wall: datetime, request: str | None = None
) -> JobRecord:
    """Write the conditions of a pass that could not read Graph.

    What was known stays, but Ready is not True while blind. `request` is the reconcile request that a refusal by Graph
    or Entra answers.

    A `Retry` of a settled resource changes nothing until it `is_blind`: one lost poll is no news.
    """
    if isinstance(halt, Retry) and not is_blind and _is_settled(resource):
        return resource.record
    keeps_drift = resource.is_observe_only and _is_unrelated_to_job(halt)
    kept = _keep(
        resource, GRAPH_CONDITIONS | {ConditionType.DRIFTED} if keeps_drift else GRAPH_CONDITIONS
    ) + loss_conditions(resource)
    blind = Condition(ConditionType.READY, "Unknown", Reason.GRAPH_UNREACHABLE, _blind_message(halt))
    # A Wait keeps its own message and is not True either: Graph answered, but not yet as it will.
    ready = blind if is_blind and isinstance(halt, Retry) else _ready_of_unseen(resource, halt)
    conditions = [ready, *_keep_applied(resource, halt), *_progress(halt), *kept]
    record = _write_conditions(_with_policies(resource), conditions, wall=wall)
    return replace(record, last_handled_reconcile_at=request or record.last_handled_reconcile_at)


def build_suspended_status(resource: Resource, *, wall: datetime) -> JobRecord:
    """Say once that the resource is left alone, and that a deletion would only release it.

    The mirror stays as it was.
    """
    message = (
        "spec.suspend is true: the operator neither reads nor writes this job. The mirrored status is as old as that."
    )
    ready = Condition(ConditionType.READY, "Unknown", Reason.SUSPENDED, message)
    effective = replace(resource.record.effective, deletion_policy=DeletionPolicy.RETAIN.value)
    shown = resource.with_record(replace(resource.record, effective=effective))
    return _write_conditions(shown, [ready, *loss_conditions(resource)], wall=wall)


def _with_policies(resource: Resource) -> Resource:
    """Show the policies that hold now, above all for a deletion.

    The schedule state is the one from the last read of Graph.
    """
    if resource.desired is None:
        return resource
    known, policies = resource.record.effective, effective_policies(resource, resource.desired)
    effective = replace(
        policies,
        deletion_policy=policies.deletion_policy or known.deletion_policy,
        schedule_state=known.schedule_state,
    )
    return resource.with_record(replace(resource.record, effective=effective))


def _keep(resource: Resource, kinds: frozenset[ConditionType]) -> list[Condition]:
    return [condition for kind, condition in resource.record.conditions.items() if kind in kinds]


def _is_settled(resource: Resource) -> bool:
    """Whether the last pass with this generation ended well, waits for a person, or found drift only."""
    kinds = (ConditionType.READY, ConditionType.APPLIED, ConditionType.STALLED, ConditionType.DRIFTED)
    return resource.has_current_status and any(resource.record.is_true(kind) for kind in kinds)


def _ready_of_unseen(resource: Resource, halt: Halt) -> Condition:
    """Keep Ready of this generation. A new generation cannot be called ready before Graph was read."""
    known = resource.record.conditions.get(ConditionType.READY)
    if isinstance(halt, Retry) and known is not None and resource.has_current_status:
        return known
    is_unknown = halt.reason is Reason.CONNECTION_NOT_READY
    return Condition(ConditionType.READY, "Unknown" if is_unknown else "False", halt.reason, halt.message)


def _keep_applied(resource: Resource, halt: Halt) -> list[Condition]:
    """Keep what a comparison with Graph has shown. Another obstacle may have given way to the present one."""
    known = resource.record.conditions.get(ConditionType.APPLIED)
    was_compared = known is not None and (known.is_true or known.reason == Reason.DRIFTED)
    if known is not None and was_compared and resource.has_current_status and _is_unrelated_to_job(halt):
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


def _write_conditions(resource: Resource, conditions: list[Condition], *, wall: datetime) -> JobRecord:
    record = resource.record
    merged = merge_conditions(
        list(record.stored_conditions),
        [*conditions, *_doubts(resource)],
        generation=resource.generation,
        now=write_time(wall),
    )
    return replace(
        record,
        observed_generation=resource.generation,
        stored_conditions=tuple(merged),
    )


def _doubts(resource: Resource) -> list[Condition]:
    """Say which defaults are only cautious. For a suspended resource no default is in force."""
    doubts = resource.desired.doubts if resource.desired and not resource.is_suspended else ()
    message = " ".join(doubt.message for doubt in doubts)
    return [Condition(ConditionType.DEFAULTS_IN_DOUBT, "True", doubts[0].reason, message)] if doubts else []
