"""Checks what a restart resets."""

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

SYNC_ALL = CycleInputs(sync_all="true")


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
def test_a_reset_scope_is_parsed_from_comma_separated_flags(text: str | None, flags: set[str]) -> None:
    assert read_scope(text) == flags


@pytest.mark.parametrize("text", ["watermark", "Watermark, Everything", "Watermark,,Escrows"])
def test_an_unknown_flag_of_a_reset_scope_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Requested value '.*' was not found"):
        read_scope(text)


def test_a_restart_begins_an_initial_cycle_at_once() -> None:
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


def test_a_switch_lets_a_restart_keep_the_steady_state() -> None:
    before = make_job_that_ran()
    job = restart_job(before, DEFAULT_SCOPE, NOW, switches=Switches(restart_resets_steady_state=False))
    assert job.steady_last == before.steady_last


def test_a_restart_drops_the_running_cycle() -> None:
    job = run_until(make_job_that_ran(Outcome(duration=HOUR)), 30 * MINUTE)
    job = restart_job(replace(job, next_cycle=NOW), DEFAULT_SCOPE, NOW, switches=SWITCHES)
    assert (job.running, job.next_cycle) == (None, NOW)


def test_a_restart_starts_a_paused_job() -> None:
    job = restart(pause_job(make_job_that_ran(), NOW, switches=SWITCHES), "None")
    assert (job.code, job.schedule_state) == ("Active", "Active")
    assert job.has_watermark


@pytest.mark.parametrize(
    ("flags", "code"), [(("QuarantineState",), "Active"), (("None",), "Active"), (("Escrows",), "Quarantine")]
)
def test_a_restart_lifts_the_quarantine_only_with_a_scope_that_resets_it(flags: tuple[str, ...], code: str) -> None:
    job = impose_quarantine(make_job_that_ran(), "Unknown", None, NOW, switches=SWITCHES)
    job = restart(job, *flags)
    assert (job.code, job.quarantine is None, job.next_cycle) == (code, code == "Active", NOW)


def test_a_restart_resets_escrows_pruned_only_with_the_scope_escrows() -> None:
    job = replace(make_job_that_ran(), escrows_pruned=True)
    assert restart(job, "Watermark").escrows_pruned
    assert not restart(job).escrows_pruned


def test_a_restart_resets_entry_counts_only_with_the_scope_connector_data_store() -> None:
    assert sum(make_job_that_ran().entries) > 0
    assert sum(restart(make_job_that_ran(), "ConnectorDataStore").entries) == 0


def test_a_restart_with_force_deletes_performs_deletes_that_were_held_back() -> None:
    job = make_job_that_ran(Outcome(kind="quarantine", reason="TooManyDeletes", duration=5 * MINUTE))
    assert job.code == "Quarantine"
    assert run_until(restart(job), 5 * MINUTE).code == "Quarantine"
    assert run_until(restart(job, "ForceDeletes"), 5 * MINUTE).code == "Active"


def test_a_changed_sync_all_takes_effect_only_after_a_restart() -> None:
    job = run_until(make_job_that_ran(), HOUR, inputs=SYNC_ALL)
    assert job.sync_all is None
    assert run_until(restart(job, "QuarantineState"), 3 * HOUR, inputs=SYNC_ALL).sync_all is None
    assert run_until(restart(job), 3 * HOUR, inputs=SYNC_ALL).sync_all == "true"


def test_a_job_records_its_restarts() -> None:
    job = restart(restart(make_job_that_ran()), "Watermark")
    assert [(item.time, item.scope) for item in job.restarts] == [
        (NOW, ("Escrows", "QuarantineState", "Watermark")),
        (NOW, ("Watermark",)),
    ]
