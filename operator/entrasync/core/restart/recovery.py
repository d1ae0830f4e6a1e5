"""When the operator starts a job in quarantine by itself: by `spec.recovery`, or after a change of credentials."""

from datetime import datetime, timedelta

from entrasync.api.job.restart import DEFAULT_MAX_PER_DAY
from entrasync.api.policies import QuarantineRecovery
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import DELETIONS, FAILED_OBJECTS
from entrasync.core.primitives.growing_pause import grow_pause
from entrasync.core.primitives.time_limits import MAX_CLOCK_ERROR
from entrasync.core.primitives.times import parse_time
from entrasync.core.record.restart_record import Channel, RestartOutcome
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

_CREDENTIAL_WORDS = ("credential", "unauthor", "authentic", "forbidden", "permission", "login", "password")
"""What the codes of credentials that are refused, or that lack a right, have in common. Each connector has its own."""

_REFUSALS = ("unauthorized", "forbidden", "invalid_grant", "invalid_client", "invalid credentials")
"""Words of a target application or its token endpoint (RFC 6749, RFC 9110) that errors quote."""


def recovery_due_at(facts: Facts) -> datetime | None:
    """Return when the operator starts the job to end its quarantine; None if it does not."""
    job = facts.job
    if job is None or not job.is_active or not job.is_quarantined or facts.desired.is_observe_only:
        return None
    settled_at = _after_stale_reads(facts)
    if (validated_at := new_credentials_since(facts)) is not None:
        return max(validated_at, settled_at)
    wish, quarantine = facts.desired.recovery, job.status.quarantine or Quarantine()
    if wish is None or wish.on_quarantine is not QuarantineRecovery.START or not _may_pass_by_itself(job, quarantine):
        return None
    began = quarantine.current_began_at or quarantine.series_began_at
    if began is None:
        return None
    limited_at = _after_limit(facts, wish.max_per_day or DEFAULT_MAX_PER_DAY)
    return max(settled_at, limited_at, _after_pause(facts, job, began))


def new_credentials_since(facts: Facts) -> datetime | None:
    """Return when credentials were changed and validated since the last cycle that failed; None if they were not.

    One start is allowed for them, because they may be what the job was missing.
    """
    validated_at = parse_time(facts.resource.application.validated_time)
    quarantine = facts.job.status.quarantine if facts.job is not None else None
    if validated_at is None or validated_at > facts.now or quarantine is None:
        return None
    if quarantine.reason in DELETIONS | IMPOSED_BY_MICROSOFT:
        return None
    began = quarantine.current_began_at or quarantine.series_began_at
    starts = [start for start in facts.resource.record.restarts.recovery.times if start <= facts.now + MAX_CLOCK_ERROR]
    is_used = any(validated_at <= start.replace(microsecond=0) for start in starts)
    return validated_at if began is not None and began < validated_at and not is_used else None


def _may_pass_by_itself(job: RemoteJob, quarantine: Quarantine) -> bool:
    """Whether a start may help. Deletions, failed objects and credentials need a person, and Microsoft its own."""
    if quarantine.reason in DELETIONS | FAILED_OBJECTS | IMPOSED_BY_MICROSOFT:
        return False
    return not any(error and _names_credentials(error) for error in (quarantine.error, job.status.last_execution.error))


def _names_credentials(error: ExecutionError) -> bool:
    """Whether an error is about the credentials. Where that is in doubt, a start is left to a person."""
    code, message = (error.code or "").casefold(), (error.message or "").casefold()
    return any(word in code for word in _CREDENTIAL_WORDS) or any(word in message for word in _REFUSALS)


def _after_stale_reads(facts: Facts) -> datetime:
    """Return from when on Graph shows what the last start and restart did; until then a quarantine may be over."""
    restarts, bound = facts.resource.record.restarts, facts.bounds.replication
    known = [record for channel in Channel if (record := restarts.of(channel)) is not None]
    sent = [record.time for record in known if record.outcome != RestartOutcome.RECORDED]
    lately = [time for time in (*sent, facts.resource.last_start) if time and abs(facts.now - time) < bound]
    return max([facts.now, *(time + bound for time in lately)])


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
