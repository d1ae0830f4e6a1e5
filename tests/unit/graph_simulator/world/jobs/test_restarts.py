"""Restarts, and the changes of a job that a PATCH makes."""

from dataclasses import replace

import pytest

from graph_simulator.world.jobs.cycle_inputs import CycleInputs
from graph_simulator.world.jobs.job import Job, pause_job
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.jobs.restarts import DEFAULT_SCOPE, read_scope, restart_job
from graph_simulator.world.switches import Switches
from graph_simulator.world.times import NEVER
from tests.support.simulated_jobs import HOUR, MINUTE, NOW, SWITCHES, make_job_that_ran, run_until

EVERYBODY = CycleInputs(sync_all="true")


def restart(job: Job, *flags: str) -> Job:
    return restart_job(job, frozenset(flags) or DEFAULT_SCOPE, NOW, switches=SWITCHES)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (None, {"Watermark", "Escrows", "QuarantineState"}),
        ("", {"Watermark", "Escrows", "QuarantineState"}),
        ("Watermark", {"Watermark"}),
        ("Watermark, Escrows", {"Watermark", "Escrows"}),
        ("Watermark,ForceDeletes", {"Watermark", "ForceDeletes"}),
        ("Full", {"ConnectorDataStore", "Escrows", "Watermark", "QuarantineState"}),
        ("None", {"None"}),
    ],
)
def test_a_scope_is_flags_joined_by_commas(text: str | None, flags: set[str]) -> None:
    assert read_scope(text) == flags


@pytest.mark.parametrize("text", ["watermark", "Watermark, Everything", "Watermark,,Escrows"])
def test_an_unknown_flag_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"Requested value '.*' was not found"):
        read_scope(text)


def test_a_restart_begins_a_full_cycle_at_once() -> None:
    before = make_job_that_ran()
    job = restart(before)
    assert (job.code, job.schedule_state, job.next_cycle, job.has_watermark) == ("Active", "Active", NOW, False)
    assert before.steady_last != NEVER
    assert (job.steady_first, job.steady_last) == (NEVER, NEVER)
    job = run_until(job, 5 * MINUTE)
    assert (job.steady_first, job.has_watermark) == (NOW + 5 * MINUTE, True)
    assert job.last_execution is not None
    assert job.last_execution.counts.imported_deltas == 0
    assert job.entries == before.entries


def test_whether_it_forgets_the_steady_state_is_open() -> None:
    before = make_job_that_ran()
    job = restart_job(before, DEFAULT_SCOPE, NOW, switches=Switches(restart_resets_steady_state=False))
    assert job.steady_last == before.steady_last


def test_a_restart_drops_the_cycle_that_runs() -> None:
    job = run_until(make_job_that_ran(Outcome(duration=HOUR)), 30 * MINUTE)
    job = restart_job(replace(job, next_cycle=NOW), DEFAULT_SCOPE, NOW, switches=SWITCHES)
    assert (job.running, job.next_cycle) == (None, NOW)


def test_a_restart_schedules_a_job_that_was_paused() -> None:
    job = restart(pause_job(make_job_that_ran(), NOW, switches=SWITCHES), "None")
    assert (job.code, job.schedule_state) == ("Active", "Active")
    assert job.has_watermark


@pytest.mark.parametrize(
    ("flags", "code"), [(("QuarantineState",), "Active"), (("None",), "Active"), (("Escrows",), "Quarantine")]
)
def test_a_restart_lifts_quarantine_if_its_scope_says_so(flags: tuple[str, ...], code: str) -> None:
    job = impose_quarantine(make_job_that_ran(), "Unknown", None, NOW, switches=SWITCHES)
    job = restart(job, *flags)
    assert (job.code, job.quarantine is None, job.next_cycle) == (code, code == "Active", NOW)


def test_escrows_that_were_pruned_are_forgotten_with_the_others() -> None:
    job = replace(make_job_that_ran(), escrows_pruned=True)
    assert restart(job, "Watermark").escrows_pruned
    assert not restart(job).escrows_pruned


def test_the_cached_links_are_dropped_only_on_request() -> None:
    assert sum(make_job_that_ran().entries) > 0
    assert sum(restart(make_job_that_ran(), "ConnectorDataStore").entries) == 0


def test_deletes_that_were_held_back_are_performed_once_they_are_forced() -> None:
    job = make_job_that_ran(Outcome(kind="quarantine", reason="TooManyDeletes", duration=5 * MINUTE))
    assert job.code == "Quarantine"
    assert run_until(restart(job), 5 * MINUTE).code == "Quarantine"
    assert run_until(restart(job, "ForceDeletes"), 5 * MINUTE).code == "Active"


def test_a_changed_scope_comes_into_force_by_a_restart_only() -> None:
    job = run_until(make_job_that_ran(), HOUR, inputs=EVERYBODY)
    assert job.sync_all is None
    assert run_until(restart(job, "QuarantineState"), 3 * HOUR, inputs=EVERYBODY).sync_all is None
    assert run_until(restart(job), 3 * HOUR, inputs=EVERYBODY).sync_all == "true"


def test_a_job_remembers_its_restarts() -> None:
    job = restart(restart(make_job_that_ran()), "Watermark")
    assert [(item.time, item.scope) for item in job.restarts] == [
        (NOW, ("Escrows", "QuarantineState", "Watermark")),
        (NOW, ("Watermark",)),
    ]
