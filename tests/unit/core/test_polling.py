"""When a job is read again."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.core.polling import MIN_POLL_DELAY, RUNNING_POLL_INTERVAL, has_unpredicted_end, until_next_poll
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from tests.support.facts import NEVER, NOW, ago, minutes, quarantined_job, remote_job, seconds

POLL = minutes(5)


def ended(since: timedelta) -> dict[str, Any]:
    return {"lastExecution": {"state": "Succeeded", "timeEnded": write_time(ago(since))}}


def ran(length: timedelta, since: timedelta) -> dict[str, Any]:
    """A last cycle of a length that ended a while ago. The next one begins 40 minutes after its end."""
    times = {"timeBegan": write_time(ago(since + length)), "timeEnded": write_time(ago(since))}
    return {"lastExecution": {"state": "Succeeded"} | times}


@pytest.mark.parametrize(
    ("why", "job", "expected"),
    [
        ("nothing is known", None, POLL),
        ("nothing is about to happen", remote_job(), POLL),
        ("its first cycle is due", remote_job(code="NotRun"), RUNNING_POLL_INTERVAL),
        ("a cycle runs", remote_job(progress=[{"units": "Users"}]), RUNNING_POLL_INTERVAL),
        ("a paused job's cycle ends by itself", remote_job(state="Disabled", progress=[{}]), POLL),
        ("the next cycle is near", remote_job(**ended(minutes(38))), minutes(2) + seconds(15)),
        ("the next cycle begins at any moment", remote_job(**ended(minutes(40))), seconds(15)),
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


@pytest.mark.parametrize(
    ("why", "status", "expected"),
    [
        ("the end of the next cycle is far away", ran(minutes(2), since=minutes(1)), POLL),
        ("the next cycle ends soon", ran(minutes(2), since=minutes(38)), minutes(4) - seconds(5)),
        ("a poll would come shortly before that end", ran(minutes(2), since=minutes(36)), minutes(6) - seconds(5)),
        ("it runs and ends soon", ran(minutes(2), since=minutes(41)) | {"progress": [{}]}, seconds(55)),
        ("it runs for long", ran(timedelta(hours=3), since=minutes(41)) | {"progress": [{}]}, POLL),
        ("it ends in a moment", ran(minutes(2), since=minutes(42) - seconds(5)), MIN_POLL_DELAY),
        ("it ends at this moment", ran(minutes(2), since=minutes(42)), MIN_POLL_DELAY),
        ("it has not ended in time", ran(minutes(2), since=minutes(42) + seconds(10)), MIN_POLL_DELAY),
        ("it is late", ran(minutes(2), since=minutes(43)), seconds(30)),
        ("it is very late", ran(minutes(2), since=minutes(46)), minutes(2)),
        ("it did not come", ran(minutes(2), since=minutes(90)), POLL),
        (
            "it runs longer than the last one",
            ran(minutes(2), since=minutes(50)) | {"progress": [{}]},
            RUNNING_POLL_INTERVAL,
        ),
        (
            "the first cycle says nothing of the length of others",
            ran(minutes(30), since=minutes(38)) | {"steadyStateFirstAchievedTime": write_time(ago(minutes(38)))},
            minutes(2) + seconds(15),
        ),
        ("its end is before its beginning", ran(minutes(-2), since=minutes(38)), minutes(2) + seconds(15)),
    ],
)
def test_the_end_of_a_cycle_is_read_when_it_is_predicted(why: str, status: dict[str, Any], expected: timedelta) -> None:
    assert until_next_poll(remote_job(**status), poll_interval=POLL, now=NOW) == expected, why


def test_a_cycle_whose_end_nothing_tells_is_read_as_often_as_the_tenant_allows() -> None:
    first, known = remote_job(code="NotRun"), remote_job(**ran(minutes(2), since=minutes(41)), progress=[{}])
    late = remote_job(**ran(minutes(2), since=minutes(60)), progress=[{}])
    assert [has_unpredicted_end(job, NOW) for job in (first, known, late, remote_job())] == [True, False, True, False]
    delays = [until_next_poll(job, poll_interval=POLL, now=NOW, running_interval=minutes(3)) for job in (first, late)]
    assert delays == [minutes(3), minutes(3)]


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
