"""A job that Graph shows without its schedule or its status: nothing is known of how it is."""

from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Wait
from entrasync.core.facts.facts import Facts

UNKNOWN_STATE_POLL_INTERVAL = timedelta(minutes=1)
"""The longest time between reads of a job whose state is not known."""


def job_state_is_unknown(facts: Facts) -> Wait | None:
    """Find a job of which Graph does not show whether it runs, or how it is. To call it ready would be a guess."""
    job = facts.job
    if job is None:
        return None
    absent = [name for name, value in (("schedule.state", job.schedule_state), ("status.code", job.code)) if not value]
    if not absent:
        return None
    return Wait(
        Reason.STATE_UNKNOWN,
        f"Graph shows job {job.id} without {' and '.join(absent)}, so it is not known whether it is as the spec wants. "
        "It is read again soon.",
        min(UNKNOWN_STATE_POLL_INTERVAL, facts.desired.poll_interval),
    )
