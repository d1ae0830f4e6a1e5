"""Checks what holds for every simulated job, whatever happens to it and however its time is cut into steps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_simulator.world.jobs.cycles import advance
from graph_simulator.world.jobs.job import Job, create_job, pause_job, start_job
from graph_simulator.world.jobs.outcomes import FAIL, SUCCEED, Outcome
from graph_simulator.world.jobs.restarts import restart_job
from graph_simulator.world.representation import write_job
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import TEMPLATES
from tests.support.graph_facts import check_answer

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
PATH = "/servicePrincipals/1/synchronization/jobs/scim.a.b"
OUTCOMES = (
    SUCCEED,
    FAIL,
    Outcome(kind="entry_errors", escrowed=2),
    Outcome(kind="entry_errors", escrowed=6_000, imported=7_000),
    Outcome(kind="quarantine", reason="TooManyDeletes"),
    Outcome(kind="prune_escrows"),
)
OTHERWISE = Switches(quarantine_ladder="captured", pause_schedule_state="Paused", quarantine_next_attempt="sentinel")
SWITCHES = st.sampled_from([Switches(), OTHERWISE])
SCOPES = ("None", "Watermark", "Escrows", "QuarantineState", "ConnectorDataStore", "ForceDeletes")
WAITS = st.timedeltas(timedelta(0), timedelta(days=9))
SCRIPTS = st.lists(st.sampled_from(OUTCOMES), max_size=6)
STEPS = st.lists(st.tuples(st.sampled_from(["wait", "start", "pause", *SCOPES]), WAITS), max_size=12)


def make_job(script: list[Outcome], switches: Switches) -> Job:
    job = create_job("scim.a.b", "1", TEMPLATES["scim"], NOW, seed=3, switches=switches)
    return start_job(replace(job, script=tuple(script)), NOW)


@settings(max_examples=50)
@given(SCRIPTS, STEPS, SWITCHES)
def test_every_reachable_job_is_consistent_and_matches_graphs_description(
    script: list[Outcome], steps: list[tuple[str, timedelta]], switches: Switches
) -> None:
    job, now = make_job(script, switches), NOW
    for action, wait in steps:
        now += wait
        job = advance(job, now, switches=switches)
        if action == "start":
            job = start_job(job, now)
        elif action == "pause":
            job = pause_job(job, now, switches=switches)
        elif action in SCOPES:
            job = restart_job(job, {action}, now, switches=switches)
        check_answer("v1.0", "GET", PATH, 200, {"@odata.context": ""} | write_job(job, now, switches))
        assert (job.quarantine is not None) == (job.code == "Quarantine")
        assert job.is_active or job.next_cycle is None
        assert job.running is None or job.running.began <= now < job.running.ends
        assert job.next_cycle is None or job.next_cycle > now or job.running or action in {"start", *SCOPES}


@settings(max_examples=50)
@given(SCRIPTS, st.lists(WAITS, max_size=8))
def test_a_job_advanced_in_steps_equals_a_job_advanced_at_once(script: list[Outcome], waits: list[timedelta]) -> None:
    stepped = jumped = make_job(script, Switches())
    now = NOW
    for wait in waits:
        now += wait
        stepped = advance(stepped, now, switches=Switches())
    assert advance(stepped, now, switches=Switches()) == advance(jumped, now, switches=Switches())
