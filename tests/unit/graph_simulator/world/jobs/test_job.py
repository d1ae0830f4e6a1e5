"""Checks the changes of a job that a PATCH makes."""

from graph_simulator.world.jobs.job import Job, change_interval, change_settings, pause_job, start_job
from graph_simulator.world.jobs.restarts import DEFAULT_SCOPE, restart_job
from tests.support.simulated_jobs import HOUR, MINUTE, NOW, SWITCHES, make_job_that_ran, run_until


def restart(job: Job, *flags: str) -> Job:
    return restart_job(job, frozenset(flags) or DEFAULT_SCOPE, NOW, switches=SWITCHES)


def test_settings_are_changed_by_name_or_replaced_as_a_whole() -> None:
    job = make_job_that_ran()
    merged = change_settings(job, [("LookaheadQueryEnabled", "True"), ("New", None)], NOW, replaces=False)
    assert dict(merged.settings) == {
        "AzureIngestionAttributeOptimization": "False",
        "LookaheadQueryEnabled": "True",
        "New": None,
    }
    assert change_settings(job, [("New", "1")], NOW, replaces=True).settings == (("New", "1"),)


def test_a_jobs_own_interval_survives_pause_and_restart() -> None:
    job = change_interval(make_job_that_ran(), 3 * HOUR, NOW)
    for changed in (restart(job), start_job(pause_job(job, NOW, switches=SWITCHES), NOW)):
        later = run_until(changed, 10 * MINUTE)
        assert later.interval == 3 * HOUR
        assert later.next_cycle == NOW + 5 * MINUTE + 3 * HOUR
