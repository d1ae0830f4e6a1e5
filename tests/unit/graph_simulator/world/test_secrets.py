"""Secrets, what is shown of them, and the application that they open."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from graph_simulator.web.bodies import mask_body
from graph_simulator.world.directory import JobRecord, World
from graph_simulator.world.jobs.executions import BAD_CREDENTIALS
from graph_simulator.world.jobs.job import start_job
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.secrets import (
    SECRET_KEYS,
    SENSITIVE_KEYS,
    is_notification_setting,
    mask_secret,
    upsert_secrets,
)
from graph_simulator.world.target_apps import ACCEPTS_ANYTHING, UNAVAILABLE, TargetApp
from graph_simulator.world.templates import TEMPLATES
from tests.support.graph_facts import FACTS

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PICKY = TargetApp(accepts={"SecretToken": ("good", "better")})


def test_the_keys_are_those_of_graph() -> None:
    assert set(FACTS["v1.0"]["enums"]["synchronizationSecret"]["members"]) == SECRET_KEYS
    assert SENSITIVE_KEYS < SECRET_KEYS


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("SecretToken", "s3cret", "*"),
        ("Password", "", ""),
        ("Oauth2RefreshToken", "x", "*"),
        ("BaseAddress", "https://scim.test", "https://scim.test"),
        ("UserName", "x@y", "x@y"),
        ("SyncAll", "false", "false"),
        ("SyncNotificationSettings", "{}", "{}"),
    ],
)
def test_what_is_sensitive_by_nature_is_masked(key: str, value: str, shown: str) -> None:
    assert mask_secret(key, value) == shown


@pytest.mark.parametrize(
    ("written", "replaces", "after"),
    [
        ((("SyncAll", "true"),), False, {"BaseAddress": "a", "SecretToken": "s", "SyncAll": "true"}),
        ((("SecretToken", ""),), False, {"BaseAddress": "a"}),
        ((("Domain", ""),), False, {"BaseAddress": "a", "SecretToken": "s"}),
        ((("SyncAll", "true"), ("SyncAll", "false")), True, {"SyncAll": "false"}),
        ((), True, {}),
    ],
)
def test_what_is_written_lies_over_what_is_stored(
    written: tuple[tuple[str, str], ...], replaces: bool, after: dict[str, str]
) -> None:
    before = {"BaseAddress": "a", "SecretToken": "s"}
    assert upsert_secrets(before, written, replaces=replaces) == after
    assert before == {"BaseAddress": "a", "SecretToken": "s"}


@pytest.mark.parametrize(
    ("value", "taken"), [('{"Enabled":true}', True), ("{}", True), ("", False), ("{Enabled:true}", False), ("5", False)]
)
def test_notification_settings_are_a_json_object(value: str, taken: bool) -> None:
    assert is_notification_setting(value) is taken


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
def test_the_target_application_judges_credentials(
    target: TargetApp, credentials: dict[str, str], error: object
) -> None:
    assert target.check(credentials) == error


def test_the_journal_shows_of_a_body_what_graph_would_show() -> None:
    body = {"credentials": [{"key": "SecretToken", "value": "s3cret"}, {"key": "SyncAll", "value": "true"}]}
    shown = {"credentials": [{"key": "SecretToken", "value": "*"}, {"key": "SyncAll", "value": "true"}]}
    assert json.loads(mask_body(json.dumps(body).encode())) == shown
    misspelt = {"value": [{"key": "secretToken", "value": "s3cret"}, {"Key": "SecretToken", "value": "s3cret"}]}
    assert b"s3cret" not in mask_body(json.dumps(misspelt).encode())
    assert mask_body(b'{"value":"s3cret') == b"(not JSON)"
    assert mask_body(b"") == b""


def make_running_job(world: World, target: TargetApp = ACCEPTS_ANYTHING) -> JobRecord:
    """Make a job that is due now, for a target application; `bad` is the token it stores."""
    principal = world.add_service_principal("app")
    job = world.create_job(principal, TEMPLATES["scim"], NOW)
    record = world.find_record(principal.id, job.id, NOW)
    assert record is not None
    world.change_secrets(principal.id, [("SecretToken", "bad")], NOW, replaces=False)
    world.change_target_app(principal.id, target, NOW)
    record.job = start_job(replace(record.job, habit=Outcome(duration=5 * MINUTE)), NOW)
    return record


def look(world: World, record: JobRecord, after: timedelta) -> str:
    assert world.find_record(record.job.service_principal_id, record.job.id, NOW + after) is record
    return record.job.code


def test_a_job_whose_stored_credentials_are_refused_fails_and_recovers_once_they_are_good() -> None:
    world = World()
    record = make_running_job(world, PICKY)
    principal = record.job.service_principal_id
    assert look(world, record, 5 * MINUTE) == "Quarantine"
    assert record.job.quarantine is not None
    assert record.job.quarantine.reason == "EncounteredQuarantineException"
    assert record.job.quarantine.error == BAD_CREDENTIALS
    world.change_secrets(principal, [("SecretToken", "good")], NOW + HOUR, replaces=False)
    assert look(world, record, 6 * HOUR) == "Quarantine"
    assert look(world, record, 6 * HOUR + 10 * MINUTE) == "Active"


def test_a_change_does_not_reach_back_to_cycles_that_nobody_has_looked_at() -> None:
    world = World()
    record = make_running_job(world)
    world.change_target_app(record.job.service_principal_id, PICKY, NOW + 10 * HOUR)
    assert record.job.complete_failures == 0
    assert record.job.good_cycles > 10
    assert look(world, record, 11 * HOUR) == "Quarantine"


def test_a_script_waits_until_the_target_application_is_reached() -> None:
    world = World()
    record = make_running_job(world, replace(ACCEPTS_ANYTHING, is_available=False))
    record.job = replace(record.job, script=(Outcome(kind="entry_errors", escrowed=1, duration=MINUTE),))
    assert look(world, record, MINUTE) == "Quarantine"
    world.change_target_app(record.job.service_principal_id, ACCEPTS_ANYTHING, NOW + HOUR)
    assert record.job.script != ()
    assert look(world, record, 7 * HOUR) == "Active"
    assert record.job.script == ()


def test_secrets_outlive_the_jobs_and_go_with_the_service_principal() -> None:
    world = World()
    record = make_running_job(world)
    principal = record.job.service_principal_id
    world.delete_job(record, NOW)
    assert world.secrets[principal] == {"SecretToken": "bad"}
    world.remove_service_principal(principal)
    assert world.secrets == {}
