"""Restarts, and the changes of a job that a PATCH makes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graph_simulator.world.jobs.cycle_inputs import CycleInputs
from graph_simulator.world.jobs.cycles import advance
from graph_simulator.world.jobs.job import Job, change_interval, change_settings, create_job, pause_job, start_job
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.jobs.restarts import DEFAULT_SCOPE, read_scope, restart_job
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import TEMPLATES
from graph_simulator.world.times import NEVER

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SWITCHES = Switches()
QUICK = Outcome(duration=5 * MINUTE)


def make_job(habit: Outcome = QUICK) -> Job:
    """Make a job that has run for an hour."""
    job = create_job("scim.tenant.1", "principal", TEMPLATES["scim"], NOW - HOUR, seed=7, switches=SWITCHES)
    return advance(start_job(replace(job, habit=habit), NOW - HOUR), NOW, switches=SWITCHES)


def restart(job: Job, *flags: str) -> Job:
    return restart_job(job, frozenset(flags) or DEFAULT_SCOPE, NOW, switches=SWITCHES)


def at(job: Job, after: timedelta, **inputs: str) -> Job:
    return advance(job, NOW + after, switches=SWITCHES, inputs=CycleInputs(**inputs))  # type: ignore[arg-type]  # names are those of the test


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
    before = make_job()
    job = restart(before)
    assert (job.code, job.schedule_state, job.next_cycle, job.has_watermark) == ("Active", "Active", NOW, False)
    assert before.steady_last != NEVER
    assert (job.steady_first, job.steady_last) == (NEVER, NEVER)
    job = at(job, 5 * MINUTE)
    assert (job.steady_first, job.has_watermark) == (NOW + 5 * MINUTE, True)
    assert job.last_execution is not None
    assert job.last_execution.counts.imported_deltas == 0
    assert job.entries == before.entries


def test_whether_it_forgets_the_steady_state_is_open() -> None:
    before = make_job()
    job = restart_job(before, DEFAULT_SCOPE, NOW, switches=Switches(restart_resets_steady_state=False))
    assert job.steady_last == before.steady_last


def test_a_restart_drops_the_cycle_that_runs() -> None:
    job = at(make_job(Outcome(duration=HOUR)), 30 * MINUTE)
    job = restart_job(replace(job, next_cycle=NOW), DEFAULT_SCOPE, NOW, switches=SWITCHES)
    assert (job.running, job.next_cycle) == (None, NOW)


def test_a_restart_schedules_a_job_that_was_paused() -> None:
    job = restart(pause_job(make_job(), NOW, switches=SWITCHES), "None")
    assert (job.code, job.schedule_state) == ("Active", "Active")
    assert job.has_watermark


@pytest.mark.parametrize(
    ("flags", "code"), [(("QuarantineState",), "Active"), (("None",), "Active"), (("Escrows",), "Quarantine")]
)
def test_a_restart_lifts_quarantine_if_its_scope_says_so(flags: tuple[str, ...], code: str) -> None:
    job = impose_quarantine(make_job(), "Unknown", None, NOW, switches=SWITCHES)
    job = restart(job, *flags)
    assert (job.code, job.quarantine is None, job.next_cycle) == (code, code == "Active", NOW)


def test_escrows_that_were_pruned_are_forgotten_with_the_others() -> None:
    job = replace(make_job(), escrows_pruned=True)
    assert restart(job, "Watermark").escrows_pruned
    assert not restart(job).escrows_pruned


def test_the_cached_links_are_dropped_only_on_request() -> None:
    assert sum(make_job().entries) > 0
    assert sum(restart(make_job(), "ConnectorDataStore").entries) == 0


def test_deletes_that_were_held_back_are_performed_once_they_are_forced() -> None:
    job = make_job(Outcome(kind="quarantine", reason="TooManyDeletes", duration=5 * MINUTE))
    assert job.code == "Quarantine"
    assert at(restart(job), 5 * MINUTE).code == "Quarantine"
    assert at(restart(job, "ForceDeletes"), 5 * MINUTE).code == "Active"


def test_a_changed_scope_comes_into_force_by_a_restart_only() -> None:
    job = at(make_job(), HOUR, sync_all="true")
    assert job.sync_all is None
    assert at(restart(job, "QuarantineState"), 3 * HOUR, sync_all="true").sync_all is None
    assert at(restart(job), 3 * HOUR, sync_all="true").sync_all == "true"


def test_a_job_remembers_its_restarts() -> None:
    job = restart(restart(make_job()), "Watermark")
    assert [(item.time, item.scope) for item in job.restarts] == [
        (NOW, ("Escrows", "QuarantineState", "Watermark")),
        (NOW, ("Watermark",)),
    ]


def test_settings_are_changed_by_name_or_as_a_whole() -> None:
    job = make_job()
    merged = change_settings(job, [("LookaheadQueryEnabled", "True"), ("New", None)], NOW, replaces=False)
    assert dict(merged.settings) == {
        "AzureIngestionAttributeOptimization": "False",
        "LookaheadQueryEnabled": "True",
        "New": None,
    }
    assert change_settings(job, [("New", "1")], NOW, replaces=True).settings == (("New", "1"),)


def test_an_interval_of_its_own_outlives_pause_and_restart() -> None:
    job = change_interval(make_job(), 3 * HOUR, NOW)
    for changed in (restart(job), start_job(pause_job(job, NOW, switches=SWITCHES), NOW)):
        later = at(changed, 10 * MINUTE)
        assert later.interval == 3 * HOUR
        assert later.next_cycle == NOW + 5 * MINUTE + 3 * HOUR
