"""What comes next: the operator's look at Graph, Graph's attempt, and the deadlines of the spec."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from entrasync.api.duration import parse_go_duration
from entrasync.core.polling import until_next_poll
from entrasync.core.primitives.times import MAX_TIME, parse_deadline, parse_time, write_go_duration, write_time
from entrasync.core.schedule.hold import read_hold
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section, write_moment

Moment = tuple[str, str, datetime]
"""Its member in JSON, its words and its time."""


def describe_next_look(facts: JobFacts) -> Section:
    """Say when the operator looks again, predicted by its own rule, and what else is due."""
    within = predict_next_look(facts)
    moments = sorted(_list_moments(facts), key=lambda moment: moment[2])
    data = {"withinSeconds": int(within.total_seconds())} if within is not None else {}
    data_of_moments = {member: write_time(time) for member, _, time in moments}
    lines = (
        Line("The operator looks", _name_look(facts, within)),
        *(Line(words, write_moment(time, facts.now)) for _, words, time in moments),
    )
    return Section("nextLook", "Next", data | data_of_moments, lines)


def predict_next_look(facts: JobFacts) -> timedelta | None:
    """Return how long after a look of now the next one would be; None where no look is planned."""
    interval = _read_interval(facts.record.effective.poll_interval)
    if interval is None or facts.spec.get("suspend"):
        return None
    job = facts.record.mirrored_job if facts.record.job else None
    return until_next_poll(job, poll_interval=interval, now=facts.now)


def _read_interval(text: str | None) -> timedelta | None:
    try:
        return parse_go_duration(text or "")
    except ValueError:
        return None


def _name_look(facts: JobFacts, within: timedelta | None) -> str:
    if facts.spec.get("suspend"):
        return "not at all: spec.suspend is true"
    if within is None:
        return "not known: it has not looked at this resource yet"
    return f"within {write_go_duration(within)}; at once after `kubectl entrasync reconcile`"


def _list_moments(facts: JobFacts) -> Iterator[Moment]:
    quarantine = facts.record.mirrored_job.status.quarantine
    periodic = facts.record.restarts.periodic
    times = (
        ("graphTries", "Graph tries again", quarantine.next_attempt_at if quarantine else None),
        ("holdEnds", "The hold ends", read_hold(facts.annotations).until),
        ("expires", "The job expires", parse_deadline((facts.spec.get("schedule") or {}).get("expiration"))),
        ("periodicRestart", "Restart is due", periodic.next_at if periodic else None),
        ("intervalAsked", "Interval is asked", facts.record.interval.repeat_at if facts.record.interval else None),
        ("credentialsTried", "Credentials tried", _read_retry(facts)),
    )
    for member, words, time in times:
        if time is not None and facts.now < time < MAX_TIME:
            yield member, words, time


def _read_retry(facts: JobFacts) -> datetime | None:
    refused = (facts.status.get("application") or {}).get("refused") or {}
    return parse_time(refused.get("retryAt"))
