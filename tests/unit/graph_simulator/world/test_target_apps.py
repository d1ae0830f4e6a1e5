"""Checks which credentials target applications accept, and what refused credentials do to a job."""

from dataclasses import replace
from datetime import timedelta

import pytest

from graph_simulator.world.directory import JobRecord, World
from graph_simulator.world.jobs.executions import BAD_CREDENTIALS
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.target_apps import ACCEPTS_ANYTHING, UNAVAILABLE, TargetApp
from tests.support.simulated_jobs import HOUR, MINUTE, NOW, add_running_job

PICKY = TargetApp(accepts={"SecretToken": ("good", "better")})


@pytest.mark.parametrize(
    ("target", "credentials", "error"),
    [
        (ACCEPTS_ANYTHING, {}, None),
        (PICKY, {"SecretToken": "better"}, None),
        (PICKY, {"SecretToken": "bad"}, BAD_CREDENTIALS),
        (PICKY, {}, BAD_CREDENTIALS),
        (TargetApp(accepts={"SecretToken": None}), {}, None),
        (TargetApp(needs=("SecretToken",)), {"SecretToken": "any"}, None),
        (TargetApp(needs=("SecretToken",)), {"SecretToken": ""}, BAD_CREDENTIALS),
        (replace(PICKY, is_available=False), {"SecretToken": "good"}, UNAVAILABLE),
    ],
)
def test_a_target_application_accepts_or_refuses_credentials(
    target: TargetApp, credentials: dict[str, str], error: object
) -> None:
    assert target.check(credentials) == error


def read_code(world: World, record: JobRecord, after: timedelta) -> str:
    assert world.find_record(record.job.service_principal_id, record.job.id, NOW + after) is record
    return record.job.code


def test_a_job_fails_while_its_stored_credentials_are_refused_and_recovers_afterwards() -> None:
    world = World()
    record = add_running_job(world, PICKY)
    principal = record.job.service_principal_id
    assert read_code(world, record, 5 * MINUTE) == "Quarantine"
    assert record.job.quarantine is not None
    assert record.job.quarantine.reason == "EncounteredQuarantineException"
    assert record.job.quarantine.error == BAD_CREDENTIALS
    world.change_secrets(principal, [("SecretToken", "good")], NOW + HOUR, replaces=False)
    assert read_code(world, record, 6 * HOUR) == "Quarantine"
    assert read_code(world, record, 6 * HOUR + 10 * MINUTE) == "Active"


def test_a_changed_target_application_does_not_affect_earlier_cycles() -> None:
    world = World()
    record = add_running_job(world)
    world.change_target_app(record.job.service_principal_id, PICKY, NOW + 10 * HOUR)
    assert record.job.complete_failures == 0
    assert record.job.good_cycles > 10
    assert read_code(world, record, 11 * HOUR) == "Quarantine"


def test_a_script_is_kept_until_a_cycle_reaches_the_target_application() -> None:
    world = World()
    record = add_running_job(world, replace(ACCEPTS_ANYTHING, is_available=False))
    record.job = replace(record.job, script=(Outcome(kind="entry_errors", escrowed=1, duration=MINUTE),))
    assert read_code(world, record, MINUTE) == "Quarantine"
    world.change_target_app(record.job.service_principal_id, ACCEPTS_ANYTHING, NOW + HOUR)
    assert record.job.script != ()
    assert read_code(world, record, 7 * HOUR) == "Active"
    assert record.job.script == ()
