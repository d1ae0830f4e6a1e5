"""What a quarantine means: who has to end it, and what an on-call engineer needs to know."""

from datetime import datetime, timedelta

from entrasync.api.conditions import ConditionType
from entrasync.api.names import RESTART_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.verdicts import Stall, Wait
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.synchronization_status import ExecutionError, Quarantine

GRAPH_REASON_UNKNOWN = "Unknown"
"""Graph's own word for a quarantine without a reason. It also stands for a reason that Graph does not send."""

DELETIONS = frozenset({"TooManyDeletes"})
FAILED_OBJECTS = frozenset(
    {"EncounteredBaseEscrowThreshold", "EncounteredTotalEscrowThreshold", "EncounteredEscrowProportionThreshold"}
)
"""Graph's reasons that only a person can end, whatever `tenantActionable` says (graph-facts 4.6)."""


def quarantine_halt(job: RemoteJob, bounds: Bounds) -> Stall | Wait:
    """Return a `Stall` if the tenant has to end the quarantine, else a `Wait`, for Graph tries again by itself."""
    message = _describe(job, bounds.max_quarantine)
    if _needs_person(job):
        return Stall(Reason.QUARANTINED, message)
    return Wait(Reason.QUARANTINED, message, timedelta.max)


def held_episode(job: RemoteJob) -> datetime | None:
    """Return when the quarantine began in which Graph holds back deletions; None in any other state."""
    return quarantine_began_at(job) if holds_deletions(job) else None


def quarantine_began_at(job: RemoteJob) -> datetime | None:
    """Return when the quarantine of a job began; None if it is in none, or Graph does not say."""
    return _quarantine(job).series_began_at if job.is_quarantined else None


def holds_deletions(job: RemoteJob) -> bool:
    """Whether Graph holds the job in quarantine because its cycle would delete too many accounts."""
    return job.is_quarantined and _quarantine(job).reason in DELETIONS


def _needs_person(job: RemoteJob) -> bool:
    error = _error(job)
    is_for_tenant = error is not None and error.is_tenant_actionable
    return is_for_tenant or _quarantine(job).reason in DELETIONS | FAILED_OBJECTS


def _describe(job: RemoteJob, until_disabled: timedelta) -> str:
    """Describe the error, what to do, since when, the next attempt, and the day on which Graph disables the job."""
    quarantine = _quarantine(job)
    began, attempt = quarantine.series_began_at, quarantine.next_attempt_at
    since = f" since {write_readable_time(began)}" if began else ""
    parts = [f"Graph holds job {job.id} in quarantine{since} ({quarantine.reason or GRAPH_REASON_UNKNOWN})."]
    parts += _describe_error(job)
    parts.append(_advise(job))
    if attempt:
        parts.append(f"Graph tries again at {write_readable_time(attempt)}.")
    if began:
        parts.append(f"Graph disables the job on {began + until_disabled:%Y-%m-%d} if it does not recover.")
    return " ".join(parts)


def _describe_error(job: RemoteJob) -> list[str]:
    if (error := _error(job)) is None:
        return []
    words = ": ".join(filter(None, (error.code, error.message)))
    return [f"The error is {words.rstrip('.')}."]


def _advise(job: RemoteJob) -> str:
    """Say what a person can do. The reasons are Graph's (graph-facts 4.6)."""
    reason = _quarantine(job).reason
    if reason in DELETIONS:
        return (
            "Look at the deletions in the provisioning logs of the enterprise application: approve them as the "
            "condition DeletionsHeld says, or correct the scope and restart the job by the annotation "
            f"{RESTART_ANNOTATION}."
        )
    if reason in FAILED_OBJECTS:
        return (
            "Mend what the provisioning logs of the enterprise application show for the objects that fail, then "
            f"restart the job by the annotation {RESTART_ANNOTATION}."
        )
    if _needs_person(job):
        return (
            "Mend the cause, then wait for the next attempt, or restart the job by the annotation "
            f"{RESTART_ANNOTATION}."
        )
    return (
        "Graph does not ask for a person and tries again. See the provisioning logs of the enterprise application for "
        "more."
    )


def _error(job: RemoteJob) -> ExecutionError | None:
    """Return the error of the quarantine, else that of the last execution: a quarantine may have none."""
    return _quarantine(job).error or job.status.last_execution.error


def quarantined_condition(job: RemoteJob, bounds: Bounds) -> Condition:
    """Write the condition Quarantined. Its reason is Graph's own if that is a valid reason of a condition."""
    if not job.is_quarantined:
        return Condition(ConditionType.QUARANTINED, "False", Reason.NOT_QUARANTINED, "The job is not in quarantine.")
    reason = _quarantine(job).reason or GRAPH_REASON_UNKNOWN
    safe = reason if reason.isascii() and reason.isidentifier() and len(reason) < 256 else GRAPH_REASON_UNKNOWN
    return Condition(ConditionType.QUARANTINED, "True", safe, _describe(job, bounds.max_quarantine))


def _quarantine(job: RemoteJob) -> Quarantine:
    """Return Graph's `quarantine`. It may be absent although the status code says Quarantine."""
    return job.status.quarantine or Quarantine()
