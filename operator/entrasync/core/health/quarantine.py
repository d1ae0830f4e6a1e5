"""What a quarantine means: who has to end it, and what an on-call engineer needs to know."""

from datetime import timedelta

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.verdicts import Stall, Wait
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.synchronization_status import Quarantine

GRAPH_REASON_UNKNOWN = "Unknown"
"""Graph's own word for a quarantine without a reason. It also stands for a reason that Graph does not send."""


def quarantine_halt(job: RemoteJob, bounds: Bounds) -> Stall | Wait:
    """Return a `Stall` if the tenant has to end the quarantine, else a `Wait`, for Graph tries again by itself."""
    message = _describe(job, bounds.max_quarantine)
    if _quarantine(job).is_tenant_actionable:
        return Stall(Reason.QUARANTINED, message)
    return Wait(Reason.QUARANTINED, message, timedelta.max)


def _describe(job: RemoteJob, until_disabled: timedelta) -> str:
    """Describe the error, since when, the next attempt, and the day on which Graph will disable the job."""
    quarantine = _quarantine(job)
    parts = [f"Graph put job {job.id} in quarantine ({quarantine.reason or GRAPH_REASON_UNKNOWN})."]
    if words := ": ".join(filter(None, (quarantine.error_code, quarantine.error_message))):
        parts.append(f"{words.rstrip('.')}.")
    if began := quarantine.series_began_at:
        parts.append(f"Since {began:%Y-%m-%d %H:%M} UTC.")
    if attempt := quarantine.next_attempt_at:
        parts.append(f"Next attempt {attempt:%Y-%m-%d %H:%M} UTC.")
    if began:
        parts.append(f"Graph disables the job on {began + until_disabled:%Y-%m-%d} if it does not recover.")
    return " ".join(parts)


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
