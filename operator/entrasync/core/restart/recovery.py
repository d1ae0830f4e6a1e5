"""When the operator starts a job in quarantine by itself: by `spec.recovery`, or after a change of credentials."""

from datetime import datetime, timedelta

from entrasync.api.job.restart import DEFAULT_MAX_PER_DAY
from entrasync.api.policies import QuarantineRecovery
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import DELETIONS
from entrasync.core.primitives.growing_pause import grow_pause
from entrasync.core.primitives.times import parse_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.synchronization_status import ExecutionError, Quarantine

FIRST_RECOVERY_DELAY = timedelta(hours=1)
"""The pause between the beginning of a quarantine and the first start. An outage of an hour passes by itself."""

MAX_RECOVERY_DELAY = timedelta(hours=12)
"""The longest pause between two starts. Graph's own attempts come once a day by then (graph-facts 4.6)."""

COUNT_PERIOD = timedelta(days=1)
"""Within which `maxPerDay` counts."""

IMPOSED_BY_MICROSOFT = frozenset({"QuarantinedOnDemand", "QuarantineOnDemand"})
"""Graph's reason, and how one of its pages spells it (graph-facts 4.3)."""

_CREDENTIAL_WORDS = ("credential", "unauthorized", "unauthorised")
"""What the codes of refused credentials have in common (graph-facts 3.1, 6.2)."""


def recovery_due_at(facts: Facts) -> datetime | None:
    """Return when the operator starts the job to end its quarantine; None if it does not."""
    job = facts.job
    if job is None or not job.is_active or not job.is_quarantined or facts.desired.is_observe_only:
        return None
    if (validated_at := new_credentials_since(facts)) is not None:
        return validated_at
    wish, quarantine = facts.desired.recovery, job.status.quarantine or Quarantine()
    if wish is None or wish.on_quarantine is not QuarantineRecovery.START or not _may_pass_by_itself(job, quarantine):
        return None
    began = quarantine.current_began_at or quarantine.series_began_at
    if began is None:
        return None
    return max(_after_pause(facts, job, began), _after_limit(facts, wish.max_per_day or DEFAULT_MAX_PER_DAY))


def new_credentials_since(facts: Facts) -> datetime | None:
    """Return when credentials were changed and validated since the last cycle that failed; None if they were not.

    One start is allowed for them, because they may be what the job was missing.
    """
    validated_at = parse_time(facts.resource.application.validated_time)
    quarantine = facts.job.status.quarantine if facts.job is not None else None
    if validated_at is None or quarantine is None or quarantine.reason in DELETIONS | IMPOSED_BY_MICROSOFT:
        return None
    began = quarantine.current_began_at or quarantine.series_began_at
    starts = facts.resource.record.restarts.recovery.times
    is_used = any(validated_at <= start.replace(microsecond=0) for start in starts)
    return validated_at if began is not None and began < validated_at and not is_used else None


def _may_pass_by_itself(job: RemoteJob, quarantine: Quarantine) -> bool:
    """Whether a start may help. Deletions and refused credentials need a person, and Microsoft its own."""
    error: ExecutionError | None = quarantine.error or job.status.last_execution.error
    code = (error.code or "").casefold() if error is not None else ""
    has_refused_credentials = any(word in code for word in _CREDENTIAL_WORDS)
    return quarantine.reason not in DELETIONS | IMPOSED_BY_MICROSOFT and not has_refused_credentials


def _after_pause(facts: Facts, job: RemoteJob, began: datetime) -> datetime:
    """Return the end of the pause, which doubles with each start since the last success."""
    succeeded_at, times = job.status.succeeded_at, facts.resource.record.restarts.recovery.times
    in_vain = [time for time in times if time <= facts.now and (succeeded_at is None or time > succeeded_at)]
    pause = grow_pause(len(in_vain), first=FIRST_RECOVERY_DELAY, longest=MAX_RECOVERY_DELAY, spread=0)
    return max([began, *in_vain]) + pause


def _after_limit(facts: Facts, max_per_day: int) -> datetime:
    """Return when the limit of a day allows the next start."""
    lately = facts.resource.record.restarts.recovery.times_lately(facts.now, COUNT_PERIOD)
    return lately[-max_per_day] + COUNT_PERIOD if len(lately) >= max_per_day else facts.now
