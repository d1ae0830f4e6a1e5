"""Checks how secrets are stored, masked and removed."""

import pytest

from graph_simulator.world.directory import World
from graph_simulator.world.secrets import (
    SECRET_KEYS,
    SENSITIVE_KEYS,
    is_notification_setting,
    mask_secret,
    upsert_secrets,
)
from tests.support.graph_facts import FACTS
from tests.support.simulated_jobs import NOW, add_running_job


def test_the_secret_keys_are_those_of_graphs_enum() -> None:
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
def test_only_values_of_sensitive_keys_are_masked(key: str, value: str, shown: str) -> None:
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
def test_written_secrets_change_stored_ones_by_key(
    written: tuple[tuple[str, str], ...], replaces: bool, after: dict[str, str]
) -> None:
    before = {"BaseAddress": "a", "SecretToken": "s"}
    assert upsert_secrets(before, written, replaces=replaces) == after
    assert before == {"BaseAddress": "a", "SecretToken": "s"}


@pytest.mark.parametrize(
    ("value", "accepted"),
    [('{"Enabled":true}', True), ("{}", True), ("", False), ("{Enabled:true}", False), ("5", False)],
)
def test_notification_settings_must_be_a_json_object(value: str, accepted: bool) -> None:
    assert is_notification_setting(value) is accepted


def test_secrets_are_kept_without_jobs_and_removed_with_the_service_principal() -> None:
    world = World()
    record = add_running_job(world)
    principal = record.job.service_principal_id
    world.delete_job(record, NOW)
    assert world.secrets[principal] == {"SecretToken": "bad"}
    world.remove_service_principal(principal)
    assert world.secrets == {}
