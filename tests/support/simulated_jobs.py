"""Makes simulated jobs and moves them through time, for tests of the Graph simulator."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from graph_simulator.world.directory import JobRecord, World
from graph_simulator.world.jobs.cycle_inputs import DEFAULT_INPUTS, CycleInputs
from graph_simulator.world.jobs.cycles import advance
from graph_simulator.world.jobs.job import Job, create_job, start_job
from graph_simulator.world.jobs.outcomes import FAIL, Outcome
from graph_simulator.world.switches import Switches
from graph_simulator.world.target_apps import ACCEPTS_ANYTHING, TargetApp
from graph_simulator.world.templates import TEMPLATES

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWITCHES = Switches()
QUICK = Outcome(duration=5 * MINUTE)
QUICK_FAIL = replace(FAIL, duration=5 * MINUTE)


def make_job(*script: Outcome, habit: Outcome = QUICK, started: bool = True, switches: Switches = SWITCHES) -> Job:
    """Create a job at NOW, and start it unless told otherwise."""
    job = create_job("scim.tenant.1", "principal", TEMPLATES["scim"], NOW, seed=7, switches=switches)
    job = replace(job, script=script, habit=habit)
    return start_job(job, NOW) if started else job


def make_job_that_ran(habit: Outcome = QUICK) -> Job:
    """Create a job that was started an hour before NOW, as it is at NOW."""
    job = create_job("scim.tenant.1", "principal", TEMPLATES["scim"], NOW - HOUR, seed=7, switches=SWITCHES)
    return advance(start_job(replace(job, habit=habit), NOW - HOUR), NOW, switches=SWITCHES)


def run_until(
    job: Job, after: timedelta, *, switches: Switches = SWITCHES, inputs: CycleInputs = DEFAULT_INPUTS
) -> Job:
    """Return a job as it is at NOW plus `after`."""
    return advance(job, NOW + after, switches=switches, inputs=inputs)


def add_running_job(world: World, target: TargetApp = ACCEPTS_ANYTHING) -> JobRecord:
    """Create a job that is due now, with the stored token `bad` and a target application."""
    principal = world.add_service_principal("app")
    job = world.create_job(principal, TEMPLATES["scim"], NOW)
    record = world.find_record(principal.id, job.id, NOW)
    assert record is not None
    world.change_secrets(principal.id, [("SecretToken", "bad")], NOW, replaces=False)
    world.change_target_app(principal.id, target, NOW)
    record.job = start_job(replace(record.job, habit=QUICK), NOW)
    return record
