"""When the operator starts a job in quarantine: growing pauses, and the limit of a day."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from entrasync.api.job.restart import RecoverySpec
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.recovery import recovery_due_at
from tests.support.facts import NOW, ago, desired, facts, holder, hours, quarantined_job

OUTAGE = {"code": "TargetUnavailable", "message": "No.", "tenantActionable": False}


def due_at(
    *earlier: timedelta, max_per_day: int = 12, began: timedelta = timedelta(), succeeded: timedelta | None = None
) -> datetime | None:
    """Return when the next start is due, given how long ago starts were sent, the quarantine began, a run succeeded."""
    times = [write_precise_time(ago(start)) for start in sorted(earlier, reverse=True)]
    recovery = RecoverySpec.model_validate({"onQuarantine": "Start", "maxPerDay": max_per_day})
    status = {"restarts": {"recovery": {"times": times, "outcome": "Started"}}} if times else {}
    job = quarantined_job(error=OUTAGE, currentBegan=write_time(ago(began)))
    if succeeded is not None:
        ended = {"state": "Succeeded", "timeEnded": write_time(ago(succeeded))}
        raw: dict[str, Any] = {**job.raw, "status": job.raw["status"] | {"lastSuccessfulExecution": ended}}
        job = type(job)(job.id, raw)
    return recovery_due_at(facts(holder(wish=desired(recovery=recovery), status=status), job))


def recovering(status: dict[str, Any]) -> Resource:
    recovery = RecoverySpec.model_validate({"onQuarantine": "Start"})
    return holder(wish=desired(recovery=recovery), status=status)


def validated(ahead: timedelta) -> dict[str, Any]:
    """The part of the status that tells when credentials were validated, from now on."""
    return {"validatedTime": write_time(NOW + ahead)}


class TestPause:
    def test_the_first_start_comes_an_hour_after_the_quarantine_began(self) -> None:
        assert due_at() == NOW + hours(1)

    @pytest.mark.parametrize(("before", "pause"), [(1, 2), (2, 4), (3, 8), (4, 12), (9, 12)])
    def test_the_pause_doubles_with_each_start_in_vain_up_to_half_a_day(self, before: int, pause: int) -> None:
        assert due_at(*(hours(30 + number) for number in range(before))) == NOW + hours(pause)

    def test_the_pause_counts_from_the_last_start_where_graph_shows_the_quarantine_from_before_it(self) -> None:
        assert due_at(hours(1), began=hours(3)) == NOW + hours(1)

    def test_a_success_lets_the_pauses_begin_anew(self) -> None:
        assert due_at(hours(40), hours(30), succeeded=hours(1)) == NOW + hours(1)

    def test_a_start_in_the_far_future_comes_from_a_wrong_clock_and_delays_nothing(self) -> None:
        assert due_at(hours(-900), succeeded=hours(1), max_per_day=1) == NOW + hours(1)


class TestLimit:
    @pytest.mark.parametrize(("limit", "expected"), [(1, 22), (2, 10), (3, 4)])
    def test_the_limit_of_a_day_delays_the_next_start(self, limit: int, expected: int) -> None:
        """Without it the pause after two starts in vain would end in four hours."""
        assert due_at(hours(14), hours(2), max_per_day=limit) == NOW + hours(expected)


class TestWrongClock:
    """The clock was ahead for a while, and what was written then lies in the future."""

    def test_credentials_that_were_validated_in_the_far_future_delay_no_recovery(self) -> None:
        job = quarantined_job(error=OUTAGE, currentBegan=write_time(NOW))
        assert recovery_due_at(facts(recovering({"application": validated(hours(900))}), job)) == NOW + hours(1)

    def test_a_start_in_the_far_future_does_not_use_up_new_credentials(self) -> None:
        job = quarantined_job(error=OUTAGE, currentBegan=write_time(ago(hours(0.75))))
        starts = {"recovery": {"times": [write_precise_time(NOW + hours(900))], "outcome": "Started"}}
        subject = recovering({"application": validated(hours(-0.5)), "restarts": starts})
        assert recovery_due_at(facts(subject, job)) == NOW

    def test_a_start_shortly_ahead_has_used_up_the_credentials_from_before_it(self) -> None:
        job = quarantined_job(error=OUTAGE, currentBegan=write_time(ago(hours(1))))
        starts = {"recovery": {"times": [write_precise_time(NOW + hours(2))], "outcome": "Started"}}
        subject = recovering({"application": validated(hours(-0.5)), "restarts": starts})
        assert recovery_due_at(facts(subject, job)) == NOW + hours(26)
