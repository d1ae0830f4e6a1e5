"""A job's life in time, as a pure function of its state and the time that is handed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from graph_simulator.world.enums import QUARANTINE_REASONS, QuarantineReason
from graph_simulator.world.jobs.cycle_inputs import CycleInputs
from graph_simulator.world.jobs.cycles import advance, observe_progress
from graph_simulator.world.jobs.executions import NOT_RUN
from graph_simulator.world.jobs.job import Job, create_job, pause_job, start_job
from graph_simulator.world.jobs.outcomes import FAIL, SUCCEED, Outcome, find_threshold
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import TEMPLATES
from graph_simulator.world.times import NEVER

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWITCHES = Switches()
QUICK = Outcome(duration=5 * MINUTE)
QUICK_FAIL = replace(FAIL, duration=5 * MINUTE)


def make_job(*script: Outcome, habit: Outcome = QUICK, started: bool = True, switches: Switches = SWITCHES) -> Job:
    job = create_job("scim.tenant.1", "principal", TEMPLATES["scim"], NOW, seed=7, switches=switches)
    job = replace(job, script=script, habit=habit)
    return start_job(job, NOW) if started else job


def at(job: Job, after: timedelta, switches: Switches = SWITCHES) -> Job:
    return advance(job, NOW + after, switches=switches)


def test_a_job_that_nobody_started_never_runs() -> None:
    assert at(make_job(started=False), 365 * DAY).cycles_begun == 0


def test_the_first_cycle_begins_at_the_start_and_is_not_seen_before_its_end() -> None:
    job = at(make_job(), 4 * MINUTE)
    assert (job.code, job.last_execution, job.cycles_begun) == ("NotRun", NOT_RUN, 1)
    job = at(job, 5 * MINUTE)
    assert job.code == "Active"
    assert job.last_execution is not None
    assert (job.last_execution.state, job.last_execution.ended) == ("Succeeded", NOW + 5 * MINUTE)


@pytest.mark.parametrize(("switched", "usual"), [(None, 6 * MINUTE), (10.0, timedelta(seconds=10))])
def test_an_initial_cycle_takes_about_what_its_template_or_the_switch_says(
    switched: float | None, usual: timedelta
) -> None:
    inputs = CycleInputs(initial_cycle_seconds=switched)
    running = advance(make_job(habit=SUCCEED), NOW, switches=SWITCHES, inputs=inputs).running
    assert running is not None
    assert 0.8 * usual <= running.ends - running.began <= 1.2 * usual


def test_the_next_cycle_begins_an_interval_after_the_last_one_ended() -> None:
    job = at(make_job(), 45 * MINUTE)
    assert job.running is not None
    assert job.running.began == NOW + 45 * MINUTE
    assert at(make_job(), 45 * MINUTE - timedelta(microseconds=1)).running is None


def test_one_jump_of_weeks_is_the_same_as_many_small_steps() -> None:
    script = (SUCCEED, FAIL, FAIL, SUCCEED, Outcome(kind="entry_errors", escrowed=5), FAIL)
    stepped = jumped = make_job(*script, habit=SUCCEED)
    for hours in range(0, 24 * 21, 5):
        stepped = at(stepped, hours * HOUR)
    assert at(stepped, 21 * DAY) == at(jumped, 21 * DAY)


def test_a_pause_lets_the_running_cycle_finish_and_no_other_begin() -> None:
    job = pause_job(at(make_job(), 2 * MINUTE), NOW + 2 * MINUTE, switches=SWITCHES)
    assert (job.code, job.schedule_state) == ("Paused", "Disabled")
    job = at(job, DAY)
    assert (job.code, job.cycles_ended, job.running) == ("Paused", 1, None)
    assert job.last_execution is not None
    assert job.last_execution.state == "Succeeded"


def test_a_failed_cycle_that_a_pause_outlived_does_not_quarantine() -> None:
    job = at(make_job(QUICK_FAIL), 2 * MINUTE)
    job = at(pause_job(job, NOW + 2 * MINUTE, switches=SWITCHES), DAY)
    assert (job.code, job.quarantine) == ("Paused", None)


def test_a_start_after_a_pause_goes_on_where_it_was() -> None:
    job = pause_job(at(make_job(), HOUR), NOW + HOUR, switches=SWITCHES)
    job = start_job(at(job, 2 * HOUR), NOW + 2 * HOUR)
    assert (job.code, job.schedule_state, job.next_cycle) == ("Active", "Active", NOW + 2 * HOUR)


def test_a_start_of_a_healthy_job_changes_nothing_but_is_counted() -> None:
    job = at(make_job(), HOUR)
    assert start_job(job, NOW + HOUR) == replace(job, starts=job.starts + 1)


def test_a_whole_failure_quarantines_at_once() -> None:
    job = at(make_job(QUICK_FAIL), 5 * MINUTE)
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
def test_attempts_in_quarantine_get_rarer(ladder: Literal["documented", "captured"], waits: list[timedelta]) -> None:
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


def test_the_next_good_cycle_ends_the_quarantine() -> None:
    job = at(make_job(QUICK_FAIL, QUICK), 5 * MINUTE + 6 * HOUR + 5 * MINUTE)
    assert (job.code, job.quarantine, job.complete_failures) == ("Active", None, 0)


def test_a_start_lifts_the_quarantine_at_once_and_a_new_series_begins_with_the_next_failure() -> None:
    job = at(make_job(QUICK, habit=QUICK_FAIL), 50 * MINUTE)
    assert job.code == "Quarantine"
    job = start_job(at(job, HOUR), NOW + HOUR)
    assert (job.code, job.quarantine, job.next_cycle) == ("Active", None, NOW + HOUR)
    job = at(job, HOUR + 5 * MINUTE)
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
def test_each_reason_can_be_scripted(reason: QuarantineReason) -> None:
    bad = Outcome(kind="quarantine", reason=reason, duration=MINUTE)
    job = at(make_job(QUICK, bad), 50 * MINUTE)
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
def test_the_thresholds_of_escrows(escrowed: int, references: int, events: int, reason: str | None) -> None:
    assert find_threshold(escrowed, references, events) == reason


def test_too_many_object_errors_quarantine_a_job_that_ran_well_before() -> None:
    flood = Outcome(kind="entry_errors", escrowed=6_000, imported=10_000, duration=MINUTE)
    job = at(make_job(QUICK, flood), 50 * MINUTE)
    assert job.quarantine is not None
    assert job.quarantine.reason == "EncounteredEscrowProportionThreshold"
    assert job.complete_failures == 0


def test_in_the_initial_cycle_they_are_pruned_and_the_job_pauses() -> None:
    flood = Outcome(kind="entry_errors", escrowed=6_000, imported=10_000, duration=MINUTE)
    job = at(make_job(flood), HOUR)
    assert (job.escrows_pruned, job.code, job.schedule_state, job.quarantine) == (True, "Paused", "Disabled", None)
    assert (job.cycles_ended, job.pauses, job.steady_first) == (1, 0, NEVER)
    assert start_job(job, NOW + HOUR).escrows_pruned is False


def test_steady_state_is_reached_by_a_cycle_that_leaves_nothing_to_do() -> None:
    behind = replace(QUICK, steady=False)
    job = at(make_job(behind, QUICK, QUICK), 6 * MINUTE)
    assert job.steady_first == NEVER
    job = at(job, 50 * MINUTE)
    assert job.steady_first == job.steady_last == NOW + 50 * MINUTE
    job = at(job, 95 * MINUTE)
    assert (job.steady_first, job.steady_last) == (NOW + 50 * MINUTE, NOW + 95 * MINUTE)


def test_progress_is_observed_in_steps() -> None:
    job = at(make_job(Outcome(duration=10 * MINUTE, imported=1000)), 3 * MINUTE)
    assert job.running is not None
    assert observe_progress(job.running, NOW + 3 * MINUTE) == (NOW + 3 * MINUTE, 300)
    assert observe_progress(job.running, NOW + 3.5 * MINUTE) == (NOW + 3 * MINUTE, 300)


def test_a_quarantine_can_be_imposed_between_cycles() -> None:
    job = at(make_job(), 10 * MINUTE)
    job = impose_quarantine(job, "QuarantinedOnDemand", None, NOW + 10 * MINUTE, switches=SWITCHES)
    assert at(job, 6 * HOUR).code == "Quarantine"
    assert at(job, 7 * HOUR).code == "Active"


def test_a_job_that_is_not_scheduled_runs_once_it_is_started_only() -> None:
    switches = Switches(create_form="documented")
    job = make_job(started=False, switches=switches)
    assert job.code == "NotConfigured"
    assert advance(start_job(job, NOW), NOW + HOUR, switches=switches).cycles_ended > 1


def test_what_is_drawn_comes_from_the_seed() -> None:
    one = at(make_job(habit=SUCCEED), DAY)
    assert one == at(make_job(habit=SUCCEED), DAY)
    other = at(replace(make_job(habit=SUCCEED), seed=8), DAY)
    assert one.last_execution != other.last_execution
