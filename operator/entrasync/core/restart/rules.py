"""The rules of restarts: those that people ask for by a token, and the one that a new provisioning scope needs.

The latter was recorded before the write that needs it, and is sent once the job runs. Which save needs a restart is
decided in `core/application/rules.py`.
"""

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import quarantine_halt
from entrasync.core.restart.actions import RecoverJob, RestartJob, RestartOnRequest
from entrasync.core.restart.basis import read_basis
from entrasync.core.restart.periodic import find_due_run
from entrasync.core.restart.recovery import new_credentials_since, recovery_due_at
from entrasync.core.restart.requests import list_due_requests, may_restart
from entrasync.core.restart.timetable import find_timetable_fault


def restart_is_requested(facts: Facts) -> Verdict | None:
    """Find a restart that somebody asked for by a token and that was not sent yet.

    It is a person's own word, so it may lift a quarantine and start a job that Graph has paused. One that is paused on
    purpose stays so, and the restart follows its next start.
    """
    due = list_due_requests(facts)
    if facts.job is None or not due or not may_restart(facts):
        return None
    return Do(RestartOnRequest(facts.service_principal_id, facts.job.id, due[0], read_basis(facts.job)))


def periodic_restart_is_due(facts: Facts) -> Verdict | None:
    """Find a run of the timetable that is due.

    It is nobody's word about the present, so it neither lifts a quarantine nor starts a paused job, and comes late.
    """
    run, job = find_due_run(facts), facts.job
    if job is None or run is None or not job.is_active or job.is_quarantined:
        return None
    return Do(RestartOnRequest(facts.service_principal_id, job.id, run, read_basis(job)))


def quarantine_may_be_ended(facts: Facts) -> Verdict | None:
    """Find a quarantine that a start may end: spec.recovery allows it, or credentials were changed and validated."""
    due_at, job = recovery_due_at(facts), facts.job
    if job is None or due_at is None or facts.now < due_at:
        return None
    has_new_credentials = new_credentials_since(facts) is not None
    cause = "because its credentials were changed and validated" if has_new_credentials else "as spec.recovery asks"
    return Do(RecoverJob(facts.service_principal_id, job.id, cause, read_basis(job)))


def timetable_cannot_be_followed(facts: Facts) -> Verdict | None:
    """Find a timetable that cron cannot read, or whose time zone is not known."""
    wish = facts.desired.periodic_restart
    if wish is None or (fault := find_timetable_fault(wish)) is None:
        return None
    return Stall(
        Reason.TIMETABLE_INVALID,
        f"spec.periodicRestart cannot be followed: {fault.rstrip('.')}. The job is not restarted by it. Correct "
        "cron or timeZone.",
    )


def restart_is_due(facts: Facts) -> Verdict | None:
    """Find a provisioning scope that was saved and is not in force yet.

    A paused job is not restarted, because that would start it: the restart follows its next start.
    """
    job = facts.job
    if job is None or not facts.resource.is_restart_due or not job.is_active:
        return None
    if not job.is_quarantined:
        return Do(RestartJob(facts.service_principal_id, job.id))
    problem = quarantine_halt(job, facts.bounds)
    message = f"{problem.message} The restart that a new provisioning scope needs would hide that, and waits."
    if isinstance(problem, Stall):
        return Stall(Reason.QUARANTINED, message)
    return Wait(Reason.QUARANTINED, message, facts.desired.poll_interval)
