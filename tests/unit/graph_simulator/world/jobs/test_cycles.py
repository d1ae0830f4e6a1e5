"""Checks how a job's cycles begin, end and are reported."""

from dataclasses import replace
from datetime import timedelta

import pytest

from graph_simulator.world.jobs.cycle_inputs import CycleInputs
from graph_simulator.world.jobs.cycles import advance, observe_progress
from graph_simulator.world.jobs.executions import NOT_RUN
from graph_simulator.world.jobs.job import pause_job, start_job
from graph_simulator.world.jobs.outcomes import FAIL, SUCCEED, Outcome
from graph_simulator.world.switches import Switches
from graph_simulator.world.times import NEVER
from tests.support.simulated_jobs import DAY, HOUR, MINUTE, NOW, QUICK, QUICK_FAIL, SWITCHES, make_job, run_until


def test_a_job_that_was_not_started_never_runs() -> None:
    assert run_until(make_job(started=False), 365 * DAY).cycles_begun == 0


def test_the_first_cycle_begins_at_the_start_and_is_reported_at_its_end() -> None:
    job = run_until(make_job(), 4 * MINUTE)
    assert (job.code, job.last_execution, job.cycles_begun) == ("NotRun", NOT_RUN, 1)
    job = run_until(job, 5 * MINUTE)
    assert job.code == "Active"
    assert job.last_execution is not None
    assert (job.last_execution.state, job.last_execution.ended) == ("Succeeded", NOW + 5 * MINUTE)


@pytest.mark.parametrize(("switched", "usual"), [(None, 6 * MINUTE), (10.0, timedelta(seconds=10))])
def test_an_initial_cycle_takes_about_as_long_as_the_template_or_the_switch_says(
    switched: float | None, usual: timedelta
) -> None:
    inputs = CycleInputs(initial_cycle_seconds=switched)
    running = advance(make_job(habit=SUCCEED), NOW, switches=SWITCHES, inputs=inputs).running
    assert running is not None
    assert 0.8 * usual <= running.ends - running.began <= 1.2 * usual


def test_the_next_cycle_begins_one_interval_after_the_end_of_the_last() -> None:
    job = run_until(make_job(), 45 * MINUTE)
    assert job.running is not None
    assert job.running.began == NOW + 45 * MINUTE
    assert run_until(make_job(), 45 * MINUTE - timedelta(microseconds=1)).running is None


def test_a_jump_of_weeks_gives_the_same_job_as_many_small_steps() -> None:
    script = (SUCCEED, FAIL, FAIL, SUCCEED, Outcome(kind="entry_errors", escrowed=5), FAIL)
    stepped = jumped = make_job(*script, habit=SUCCEED)
    for hours in range(0, 24 * 21, 5):
        stepped = run_until(stepped, hours * HOUR)
    assert run_until(stepped, 21 * DAY) == run_until(jumped, 21 * DAY)


def test_after_a_pause_the_running_cycle_ends_and_no_other_begins() -> None:
    job = pause_job(run_until(make_job(), 2 * MINUTE), NOW + 2 * MINUTE, switches=SWITCHES)
    assert (job.code, job.schedule_state) == ("Paused", "Disabled")
    job = run_until(job, DAY)
    assert (job.code, job.cycles_ended, job.running) == ("Paused", 1, None)
    assert job.last_execution is not None
    assert job.last_execution.state == "Succeeded"


def test_a_cycle_that_fails_after_a_pause_does_not_quarantine_the_job() -> None:
    job = run_until(make_job(QUICK_FAIL), 2 * MINUTE)
    job = run_until(pause_job(job, NOW + 2 * MINUTE, switches=SWITCHES), DAY)
    assert (job.code, job.quarantine) == ("Paused", None)


def test_a_start_after_a_pause_makes_the_job_active_again() -> None:
    job = pause_job(run_until(make_job(), HOUR), NOW + HOUR, switches=SWITCHES)
    job = start_job(run_until(job, 2 * HOUR), NOW + 2 * HOUR)
    assert (job.code, job.schedule_state, job.next_cycle) == ("Active", "Active", NOW + 2 * HOUR)


def test_a_start_of_a_healthy_job_is_counted_and_changes_nothing_else() -> None:
    job = run_until(make_job(), HOUR)
    assert start_job(job, NOW + HOUR) == replace(job, starts=job.starts + 1)


def test_steady_state_is_reached_by_a_cycle_that_catches_up_with_the_source() -> None:
    behind = replace(QUICK, steady=False)
    job = run_until(make_job(behind, QUICK, QUICK), 6 * MINUTE)
    assert job.steady_first == NEVER
    job = run_until(job, 50 * MINUTE)
    assert job.steady_first == job.steady_last == NOW + 50 * MINUTE
    job = run_until(job, 95 * MINUTE)
    assert (job.steady_first, job.steady_last) == (NOW + 50 * MINUTE, NOW + 95 * MINUTE)


def test_the_progress_of_a_cycle_is_observed_in_steps() -> None:
    job = run_until(make_job(Outcome(duration=10 * MINUTE, imported=1000)), 3 * MINUTE)
    assert job.running is not None
    assert observe_progress(job.running, NOW + 3 * MINUTE) == (NOW + 3 * MINUTE, 300)
    assert observe_progress(job.running, NOW + 3.5 * MINUTE) == (NOW + 3 * MINUTE, 300)


def test_a_job_in_the_documented_form_runs_only_after_a_start() -> None:
    switches = Switches(create_form="documented")
    job = make_job(started=False, switches=switches)
    assert job.code == "NotConfigured"
    assert advance(start_job(job, NOW), NOW + HOUR, switches=switches).cycles_ended > 1


def test_random_values_of_a_job_depend_on_its_seed_alone() -> None:
    one = run_until(make_job(habit=SUCCEED), DAY)
    assert one == run_until(make_job(habit=SUCCEED), DAY)
    other = run_until(replace(make_job(habit=SUCCEED), seed=8), DAY)
    assert one.last_execution != other.last_execution
