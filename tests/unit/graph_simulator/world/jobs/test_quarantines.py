"""Checks when a job goes into quarantine, when it is tried again, and when it is disabled."""

from datetime import timedelta
from typing import Literal

import pytest

from graph_simulator.world.enums import QUARANTINE_REASONS, QuarantineReason
from graph_simulator.world.jobs.cycles import advance
from graph_simulator.world.jobs.job import start_job
from graph_simulator.world.jobs.outcomes import Outcome, find_threshold
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.switches import Switches
from graph_simulator.world.times import NEVER
from tests.support.simulated_jobs import DAY, HOUR, MINUTE, NOW, QUICK, QUICK_FAIL, SWITCHES, make_job, run_until


def test_a_failed_cycle_quarantines_the_job_at_once() -> None:
    job = run_until(make_job(QUICK_FAIL), 5 * MINUTE)
    assert (job.code, job.schedule_state, job.complete_failures) == ("Quarantine", "Active", 1)
    assert job.quarantine is not None
    assert job.quarantine.reason == "EncounteredQuarantineException"
    assert job.quarantine.series_began == job.quarantine.current_began == NOW + 5 * MINUTE
    assert job.quarantine.error is not None
    assert job.quarantine.error.tenant_actionable


@pytest.mark.parametrize(
    ("ladder", "waits"),
    [
        ("documented", [6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR]),
        ("captured", [5 * MINUTE, 6 * HOUR, 12 * HOUR, 24 * HOUR]),
    ],
)
def test_the_delays_between_attempts_in_quarantine_grow(
    ladder: Literal["documented", "captured"], waits: list[timedelta]
) -> None:
    switches = Switches(quarantine_ladder=ladder)
    job, now = make_job(habit=QUICK_FAIL), NOW
    for count, wait in enumerate(waits, 1):
        now += 5 * MINUTE
        job = advance(job, now, switches=switches)
        assert job.quarantine is not None
        assert job.quarantine.series_count == count
        assert job.quarantine.current_began == now
        assert job.quarantine.next_attempt == now + wait
        assert job.quarantine.series_began == NOW + 5 * MINUTE
        now += wait


def test_the_next_successful_cycle_lifts_the_quarantine() -> None:
    job = run_until(make_job(QUICK_FAIL, QUICK), 5 * MINUTE + 6 * HOUR + 5 * MINUTE)
    assert (job.code, job.quarantine, job.complete_failures) == ("Active", None, 0)


def test_a_start_lifts_the_quarantine_and_the_next_failure_begins_a_new_series() -> None:
    job = run_until(make_job(QUICK, habit=QUICK_FAIL), 50 * MINUTE)
    assert job.code == "Quarantine"
    job = start_job(run_until(job, HOUR), NOW + HOUR)
    assert (job.code, job.quarantine, job.next_cycle) == ("Active", None, NOW + HOUR)
    job = run_until(job, HOUR + 5 * MINUTE)
    assert job.quarantine is not None
    assert (job.quarantine.series_count, job.quarantine.series_began) == (1, NOW + HOUR + 5 * MINUTE)


@pytest.mark.parametrize(
    ("switches", "code", "state", "keeps"),
    [
        (Switches(), "Quarantine", "Disabled", True),
        (
            Switches(disabled_code="Paused", disabled_schedule_state="Paused", disabled_keeps_quarantine=False),
            "Paused",
            "Paused",
            False,
        ),
    ],
)
def test_four_weeks_of_quarantine_disable_the_job(switches: Switches, code: str, state: str, keeps: bool) -> None:
    job = make_job(habit=QUICK_FAIL)
    given_up = NOW + 5 * MINUTE + timedelta(weeks=4)
    assert advance(job, given_up - MINUTE, switches=switches).is_active
    job = advance(job, given_up + 52 * 7 * DAY, switches=switches)
    assert (job.code, job.schedule_state, job.disabled_at) == (code, state, given_up)
    assert (job.quarantine is not None) is keeps


@pytest.mark.parametrize("reason", QUARANTINE_REASONS)
def test_a_cycle_can_be_scripted_to_end_in_quarantine_for_each_reason(reason: QuarantineReason) -> None:
    bad = Outcome(kind="quarantine", reason=reason, duration=MINUTE)
    job = run_until(make_job(QUICK, bad), 50 * MINUTE)
    assert job.quarantine is not None
    assert (job.code, job.quarantine.reason) == ("Quarantine", reason)


@pytest.mark.parametrize(
    ("escrowed", "references", "events", "reason"),
    [
        (4_999, 0, 5_000, None),
        (5_000, 0, 5_000, "EncounteredEscrowProportionThreshold"),
        (5_000, 0, 12_500, None),
        (5_001, 0, 12_500, "EncounteredEscrowProportionThreshold"),
        (40_001, 0, 1_000_000, "EncounteredBaseEscrowThreshold"),
        (30_000, 30_001, 1_000_000, "EncounteredTotalEscrowThreshold"),
        (20_000, 30_000, 1_000_000, None),
    ],
)
def test_the_escrow_threshold_that_is_crossed_is_found(
    escrowed: int, references: int, events: int, reason: str | None
) -> None:
    assert find_threshold(escrowed, references, events) == reason


def test_too_many_object_errors_quarantine_a_job_that_has_succeeded_before() -> None:
    flood = Outcome(kind="entry_errors", escrowed=6_000, imported=10_000, duration=MINUTE)
    job = run_until(make_job(QUICK, flood), 50 * MINUTE)
    assert job.quarantine is not None
    assert job.quarantine.reason == "EncounteredEscrowProportionThreshold"
    assert job.complete_failures == 0


def test_too_many_object_errors_in_the_initial_cycle_are_pruned_and_pause_the_job() -> None:
    flood = Outcome(kind="entry_errors", escrowed=6_000, imported=10_000, duration=MINUTE)
    job = run_until(make_job(flood), HOUR)
    assert (job.escrows_pruned, job.code, job.schedule_state, job.quarantine) == (True, "Paused", "Disabled", None)
    assert (job.cycles_ended, job.pauses, job.steady_first) == (1, 0, NEVER)
    assert start_job(job, NOW + HOUR).escrows_pruned is False


def test_a_quarantine_can_be_imposed_between_cycles() -> None:
    job = run_until(make_job(), 10 * MINUTE)
    job = impose_quarantine(job, "QuarantinedOnDemand", None, NOW + 10 * MINUTE, switches=SWITCHES)
    assert run_until(job, 6 * HOUR).code == "Quarantine"
    assert run_until(job, 7 * HOUR).code == "Active"
