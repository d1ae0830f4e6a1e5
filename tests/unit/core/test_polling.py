"""When a job is read again."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.core.polling import MIN_POLL_DELAY, RUNNING_POLL_INTERVAL, until_next_poll
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from tests.support.facts import NEVER, NOW, ago, minutes, quarantined_job, remote_job, seconds

POLL = minutes(5)


def ended(since: timedelta) -> dict[str, Any]:
    return {"lastExecution": {"state": "Succeeded", "timeEnded": write_time(ago(since))}}


@pytest.mark.parametrize(
    ("why", "job", "expected"),
    [
        ("nothing is known", None, POLL),
        ("nothing is about to happen", remote_job(), POLL),
        ("its first cycle is due", remote_job(code="NotRun"), RUNNING_POLL_INTERVAL),
        ("a cycle runs", remote_job(progress=[{"units": "Users"}]), RUNNING_POLL_INTERVAL),
        ("a paused job's cycle ends by itself", remote_job(state="Disabled", progress=[{}]), POLL),
        ("the next cycle is near", remote_job(**ended(minutes(38))), minutes(2) + seconds(20)),
        ("the next cycle begins at any moment", remote_job(**ended(minutes(40))), seconds(20)),
        (
            "the next cycle was due a short time ago",
            remote_job(**ended(minutes(40) + seconds(10))),
            MIN_POLL_DELAY,
        ),
        ("the next cycle is long overdue", remote_job(**ended(minutes(90))), POLL),
        ("the next cycle is far away", remote_job(**ended(minutes(1))), POLL),
        ("a paused job has no next cycle", remote_job(state="Disabled", **ended(minutes(38))), POLL),
        (
            "a retry of a quarantined job is near",
            quarantined_job(nextAttempt=write_time(NOW + minutes(1))),
            minutes(1) + seconds(20),
        ),
        ("Graph names no next attempt", quarantined_job(nextAttempt=NEVER), POLL),
        (
            "the latest possible time is not waited for",
            remote_job(lastExecution={"timeEnded": "9999-12-31T23:59:59Z"}),
            POLL,
        ),
    ],
)
def test_the_next_poll_follows_from_what_is_about_to_happen(
    why: str, job: RemoteJob | None, expected: timedelta
) -> None:
    assert until_next_poll(job, poll_interval=POLL, now=NOW) == expected, why


def test_the_next_poll_is_never_later_than_the_poll_interval() -> None:
    assert until_next_poll(remote_job(code="NotRun"), poll_interval=seconds(30), now=NOW) == seconds(30)


def test_a_job_that_waits_for_a_person_is_polled_every_five_minutes_however_rare_the_polls() -> None:
    day = timedelta(days=1)
    assert until_next_poll(remote_job(code="NotConfigured"), poll_interval=day, now=NOW) == minutes(5)
    assert until_next_poll(remote_job(state="Disabled", code="NotConfigured"), poll_interval=day, now=NOW) == day


@pytest.mark.parametrize("odd", [None, 7, [], "x", {"nextAttempt": 5, "timeEnded": []}])
def test_malformed_answers_are_polled_at_the_poll_interval(odd: object) -> None:
    job = remote_job(quarantine=odd, lastExecution=odd)
    assert until_next_poll(job, poll_interval=POLL, now=NOW) == POLL


@pytest.mark.parametrize("interval", ["PT999999999H", "P10675199DT2H48M5.4775807S", "P1M", "", 40, None])
def test_an_unreadable_interval_does_not_decide_the_next_poll(interval: object) -> None:
    job = remote_job(**ended(minutes(38)))
    raw = {**job.raw, "schedule": {"state": "Active", "interval": interval}}
    assert until_next_poll(RemoteJob(job.id, raw), poll_interval=POLL, now=NOW) == POLL
