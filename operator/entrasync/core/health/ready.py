"""The condition Ready of a SynchronizationJob, and the conditions that repeat Graph's own judgement of the job.

What Ready says when Graph cannot be read stands in `core/status/job_status.py`, and Ready of a GraphConnection in
`core/connection/status.py`.
"""

from dataclasses import replace

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import Readiness
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.verdicts import Halt, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import quarantine_halt, quarantined_condition
from entrasync.core.health.unknown_state import job_state_is_unknown
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.record.schedule_record import PausedBy
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS
from entrasync.core.schedule.state import hold_of, pause_cause_of, pause_of
from entrasync.core.schema.status import describe_contest

UNKNOWN_REASONS = frozenset(
    {Reason.JOB_MISSING, Reason.NOT_SHOWN_YET, Reason.STATE_UNKNOWN, Reason.CONNECTION_NOT_READY}
)
"""Reasons to wait that say nothing of the job: Ready is Unknown meanwhile."""


def ready_condition(facts: Facts, obstacle: Halt | None, *, halt: Halt | None = None) -> Condition:
    """Write Ready: Graph matches the spec and the job works. For an observe-only resource only the second counts.

    `halt` is how the pass ended, `obstacle` what of it counts (spec.readiness); what does not count is still mentioned,
    and so is a fault in an annotation.
    """
    ready = _not_ready(obstacle) if obstacle else _healthy_condition(facts, halt)
    if obstacle is None and facts.job is not None and facts.desired.is_observe_only:
        ready = replace(ready, reason=Reason.OBSERVED)
    fault = hold_of(facts).fault
    return replace(ready, message=f"{ready.message} {fault}") if fault else ready


def _not_ready(obstacle: Halt) -> Condition:
    is_unknown = isinstance(obstacle, Wait) and obstacle.reason in UNKNOWN_REASONS
    return Condition(ConditionType.READY, "Unknown" if is_unknown else "False", obstacle.reason, obstacle.message)


def _healthy_condition(facts: Facts, halt: Halt | None) -> Condition:
    ready, job = ConditionType.READY, facts.job
    if job is None:
        return Condition(ready, "Unknown", Reason.JOB_MISSING, "Graph does not show the job.")
    if unknown := job_state_is_unknown(facts):
        return Condition(ready, "Unknown", unknown.reason, unknown.message)
    refusal = halt if halt and halt.reason is Reason.VALIDATION_FAILED else None
    if problem := refusal or _find_health_problem(facts, job):
        message = f"Job {job.id} is in place, and spec.readiness Applied asks for no more. {problem.message}"
        return Condition(ready, "True", Reason.APPLIED, message)
    if job.is_paused:
        return Condition(ready, "True", Reason.PAUSED, f"Job {job.id} is in place and paused{_why_paused(facts)}")
    if job.code in {"NotRun", "NotConfigured"}:
        return Condition(
            ready, "True", Reason.NOT_RUN_YET, f"Job {job.id} is started; its first cycle has not ended yet."
        )
    return Condition(ready, "True", Reason.HEALTHY, f"Job {job.id} runs.{describe_contest(facts)}")


def _why_paused(facts: Facts) -> str:
    if cause := pause_cause_of(facts):
        return f" ({cause.words})."
    if (pause := pause_of(facts)) is None:
        return "."
    if pause.by is not PausedBy.OPERATOR:
        return f" ({pause.reason})."
    return (
        f". The operator paused it for a cause that no longer holds ({pause.reason}); start it in the portal, or "
        "set spec.schedule.state to Active."
    )


def health_conditions(job: RemoteJob, bounds: Bounds) -> list[Condition]:
    """Write the conditions that repeat Graph's own judgement of the job."""
    return [quarantined_condition(job, bounds), _steady_state(job), *_escrows_pruned(job)]


def find_ready_obstacle(facts: Facts, halt: Halt | None) -> Halt | None:
    """Find what keeps the resource from Ready: how the pass ended, else what is wrong with the job's health.

    Under spec.readiness Applied the job's health does not count.
    """
    if _is_health_problem(facts, halt) and facts.desired.readiness is Readiness.APPLIED:
        return None
    problem = _find_health_problem(facts, facts.job) if facts.job else None
    is_unknown_state = halt is not None and halt.reason is Reason.STATE_UNKNOWN
    if halt is None or (problem is not None and is_unknown_state and facts.desired.readiness is not Readiness.APPLIED):
        return problem
    return halt


def _is_health_problem(facts: Facts, halt: Halt | None) -> bool:
    """Whether only the job's health may be at fault.

    New credentials that Graph refuses leave a running job as it is.
    """
    if halt is None or halt.reason is Reason.PAUSED_BY_GRAPH:
        return True
    return halt.reason is Reason.VALIDATION_FAILED and runs_on_saved_credentials(facts)


def runs_on_saved_credentials(facts: Facts) -> bool:
    """Whether the job runs on credentials that the operator saved.

    New ones that Graph refuses leave such a job as it is.
    """
    keys = facts.resource.application.keys - NON_CREDENTIAL_KEYS
    return facts.job is not None and facts.job.is_active and bool(keys)


def _find_health_problem(facts: Facts, job: RemoteJob) -> Stall | Wait | None:
    """Find why a job that matches the spec does not work."""
    if job.is_quarantined:
        return quarantine_halt(job, facts.bounds)
    return _unconfigured(job) if _is_unconfigured(facts, job) else None


def _is_unconfigured(facts: Facts, job: RemoteJob) -> bool:
    """Whether a scheduled job was never authorised.

    Shortly after the operator's start the code may be from before it.
    """
    if not job.is_unconfigured:
        return False
    started = facts.resource.last_start
    return started is None or facts.now - started >= facts.bounds.young


def _unconfigured(job: RemoteJob) -> Stall:
    return Stall(
        Reason.NOT_CONFIGURED,
        f"Job {job.id} is scheduled, but Graph says NotConfigured: it was never authorised at its target. "
        "Give spec.application.credentials; an app that wants a person's consent is authorised on the Provisioning "
        "page of the enterprise application in the portal.",
    )


def _steady_state(job: RemoteJob) -> Condition:
    if first := job.status.steady_state_first_achieved_at:
        message = f"Steady state was first reached on {first:%Y-%m-%d %H:%M} UTC."
        return Condition(ConditionType.STEADY_STATE, "True", Reason.ACHIEVED, message)
    message = "The job has not caught up with its source yet."
    return Condition(ConditionType.STEADY_STATE, "False", Reason.NOT_ACHIEVED, message)


def _escrows_pruned(job: RemoteJob) -> list[Condition]:
    if not job.status.is_escrows_pruned:
        return []
    message = "The initial cycle had too many failures: Graph cleared them and went on. The provisioning log has them."
    return [Condition(ConditionType.ESCROWS_PRUNED, "True", Reason.ESCROWS_PRUNED, message)]
