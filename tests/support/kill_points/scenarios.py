"""What users ask for, what the operator may write to Graph for it at most, and what the world is in the end.

A scenario is a row of `SCENARIOS`, or of `RESTARTS` in `restarts.py`. Its calls are found by running it once, so that a
new row, or a new call of the operator, needs no edit elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.core.primitives.times import write_time
from graph_simulator.world.replication import Replication
from tests.support.kill_points.checks import (
    FOREIGN,
    assert_backups,
    assert_gone,
    assert_one_job,
    assert_ready,
    assert_secrets,
)
from tests.support.kill_points.world import SECRET, World

CREDENTIALS: dict[str, Any] = {
    "entries": [
        {"key": "BaseAddress", "value": "https://scim.example"},
        {"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": "token"}}},
    ]
}
OLD_TOKEN, NEW_TOKEN = "b2xk", "bmV3"  # old and new, as a Secret holds them
SETTINGS = [{"name": "LookaheadQueryEnabled", "value": "True"}]
SCHEMA: dict[str, Any] = {
    "rules": [
        {
            "name": "USER_OUTBOUND_USER",
            "objectMappings": [
                {
                    "name": "Provision Azure Active Directory Users",
                    "attributeMappings": [{"target": "userName", "expression": 'Append([mail], "x")'}],
                }
            ],
        }
    ]
}
PAUSED = {"schedule": {"state": "Paused"}}
HOLD = timedelta(minutes=5)
LATE_SECONDS = 120.0
MISSED_SECONDS = 745.0
"""A job counts as gone after the replication bound of its own create, which began two minutes before."""

Preparation = Callable[[World], Awaitable[None]]
Range = tuple[int, int]

AT_MOST_ONCE: Range = (0, 1)
ONCE: Range = (1, 1)
ONCE_OR_TWICE: Range = (1, 2)


@dataclass(frozen=True)
class Scenario:
    """What a user does, and what must come of it.

    `writes` are the least and the most writes to Graph of each kind; of all others there is none.
    """

    name: str
    act: Callable[[World], None]
    check: Callable[[World], None]
    """Raises `AssertionError` unless the world is as the user asked for."""
    writes: Mapping[str, Range] = field(default_factory=dict)
    prepare: Preparation | None = None
    """What was there before. The operator is started after it unless it has done so."""


def holding(spec: Mapping[str, Any] | None = None) -> Preparation:
    """Prepare a resource that has been Ready for a while, with a job that the operator has made."""

    async def prepare(world: World) -> None:
        save_foreign_key(world)
        world.put_token(OLD_TOKEN)
        world.apply(spec)
        await world.run_operator()
        await world.rest(lambda world: assert_ready(world, (spec or {}).get("schedule", {}).get("state", "Active")))

    return prepare


async def has_job_of_others(world: World) -> None:
    """Prepare a job that somebody made and started at the portal."""
    world.create_job_at_the_portal()


async def shows_jobs_late(world: World) -> None:
    """Prepare a Graph that shows a new job after minutes, and does not know it until then."""
    world.tenant.creation = Replication(seconds=LATE_SECONDS, hides=("list", "get", "act"))


async def holds_an_adopted_job(world: World) -> None:
    """Prepare a resource that found its job running. Nothing but a record says that it shall run again after a hold."""
    world.create_job_at_the_portal(is_started=True)
    world.apply()
    await world.run_operator()
    await world.rest(assert_ready)


async def has_lost_its_job(world: World) -> None:
    """Prepare a resource whose job was deleted at the portal, and has nearly been missed for long enough."""
    await holding({"onMissing": "Recreate"})(world)
    world.delete_job_at_the_portal()
    await asyncio.sleep(MISSED_SECONDS)


def save_foreign_key(world: World) -> None:
    """Save a secret at the portal."""
    world.tenant.change_secrets(world.principal.id, [FOREIGN], world.now(), replaces=False)


def _apply_everything(world: World) -> None:
    save_foreign_key(world)
    world.put_token(OLD_TOKEN)
    application = {
        "credentials": CREDENTIALS,
        "provisioningScope": "AssignedOnly",
        "notifications": {"recipients": ["iam@example.com"]},
    }
    schedule = {"state": "Active", "interval": "PT20M"}
    spec = {"application": application, "settings": SETTINGS, "schema": SCHEMA, "schedule": schedule}
    world.apply(spec, annotations={HOLD_UNTIL_ANNOTATION: write_time(world.now() + HOLD)})


def _check_everything(world: World) -> None:
    assert_ready(world)
    secrets = {name: world.secrets().get(name) for name in ("SecretToken", "SyncAll", FOREIGN[0])}
    assert secrets == {"SecretToken": "old", "SyncAll": "false", FOREIGN[0]: FOREIGN[1]}
    assert dict(world.jobs()[0].settings)["LookaheadQueryEnabled"] == "True"
    assert world.source_of("userName") == 'Append([mail], "x")'
    assert_backups(world, 1)


def _start_in_vain(world: World) -> None:
    world.show_as_paused(timedelta(minutes=2))
    world.edit(spec={"schedule": {"state": "Active"}})


def _create_and_start_in_vain(world: World) -> None:
    world.show_new_job_as_paused(timedelta(minutes=2))
    world.apply()


def _check_rotation(world: World) -> None:
    assert_ready(world)
    assert_secrets(world, "new")


def _check_scope(world: World) -> None:
    assert_ready(world)
    assert (world.jobs()[0].sync_all, world.secrets()["SyncAll"]) == ("true", "true")


def _check_settings(world: World) -> None:
    assert_ready(world)
    assert dict(world.jobs()[0].settings)["LookaheadQueryEnabled"] == "True"


def _check_schema(world: World) -> None:
    assert_ready(world)
    assert_backups(world, 1)
    assert world.source_of("userName") == 'Append([mail], "x")'


def _restore_schema(world: World) -> None:
    """Have the backup restored that was made before the only change."""
    [backup] = world.server.list("configmaps")
    reference = {"name": backup["metadata"]["name"], "key": "schema.json.gz"}
    world.edit(spec={"schema": {"rules": None, "policy": "Replace", "from": {"configMapKeyRef": reference}}})


def _check_restored_schema(world: World) -> None:
    assert_ready(world)
    assert world.source_of("userName") == "[userPrincipalName]"
    assert_backups(world, 2)


def _check_interval(world: World) -> None:
    assert_ready(world)
    found = world.resource()
    assert found is not None
    assert "PT20M" in str(found["status"].get("interval")), found["status"].get("interval")


def _hold(world: World) -> None:
    world.edit(metadata={"annotations": {HOLD_UNTIL_ANNOTATION: write_time(world.now() + HOLD)}})


def _let_expire(world: World) -> None:
    world.edit(spec={"schedule": {"expiration": write_time(world.now() + HOLD)}})


def _check_hold(world: World) -> None:
    assert_ready(world)
    assert world.jobs()[0].pauses == 1


def _check_deleted(world: World) -> None:
    assert_gone(world)
    assert world.jobs() == []


def _check_left_paused(world: World) -> None:
    assert_gone(world)
    assert_one_job(world, "Disabled")


def _check_left_as_it_was(world: World) -> None:
    assert_gone(world)
    assert_one_job(world, "Active")


def _check_secrets_removed(world: World) -> None:
    assert_gone(world)
    assert world.jobs() == []
    assert world.secrets() == {FOREIGN[0]: FOREIGN[1]}


SCENARIOS = (
    Scenario("create", lambda world: world.apply(), assert_ready, {"createJob": ONCE, "startJob": ONCE}),
    Scenario(
        "create that shows late",
        lambda world: world.apply(),
        assert_ready,
        {"createJob": ONCE, "startJob": ONCE},
        shows_jobs_late,
    ),
    Scenario(
        "create whose start shows late",
        _create_and_start_in_vain,
        assert_ready,
        {"createJob": ONCE, "startJob": ONCE},
    ),
    Scenario(
        "create with everything",
        _apply_everything,
        _check_everything,
        {
            "createJob": ONCE,
            "putSecrets": ONCE_OR_TWICE,
            "updateSettings": ONCE,
            "putSchema": ONCE_OR_TWICE,
            "updateInterval": ONCE_OR_TWICE,
            "startJob": ONCE,
        },
    ),
    Scenario(
        "start",
        lambda world: world.edit(spec={"schedule": {"state": "Active"}}),
        assert_ready,
        {"startJob": ONCE},
        holding(PAUSED),
    ),
    Scenario("start that shows late", _start_in_vain, assert_ready, {"startJob": ONCE}, holding(PAUSED)),
    Scenario(
        "pause",
        lambda world: world.edit(spec=PAUSED),
        lambda world: assert_ready(world, "Paused"),
        {"pauseJob": ONCE},
        holding(),
    ),
    Scenario(
        "adoption",
        lambda world: world.apply({"schedule": {"state": "Active"}}),
        assert_ready,
        {"startJob": ONCE},
        has_job_of_others,
    ),
    Scenario(
        "secret rotation",
        lambda world: world.put_token(NEW_TOKEN),
        _check_rotation,
        {"putSecrets": ONCE_OR_TWICE},
        holding({"application": {"credentials": CREDENTIALS}}),
    ),
    Scenario(
        "scope change",
        lambda world: world.edit(spec={"application": {"provisioningScope": "All"}}),
        _check_scope,
        {"putSecrets": ONCE_OR_TWICE, "restartJob": ONCE_OR_TWICE},
        holding({"application": {"provisioningScope": "AssignedOnly"}}),
    ),
    Scenario(
        "settings",
        lambda world: world.edit(spec={"settings": SETTINGS}),
        _check_settings,
        {"updateSettings": ONCE},
        holding(),
    ),
    Scenario(
        "schema",
        lambda world: world.edit(spec={"schema": SCHEMA}),
        _check_schema,
        {"putSchema": ONCE_OR_TWICE},
        holding(),
    ),
    Scenario(
        "schema restored from its backup",
        _restore_schema,
        _check_restored_schema,
        {"putSchema": ONCE_OR_TWICE},
        holding({"schema": SCHEMA}),
    ),
    Scenario(
        "schema reset to that of the template",
        lambda world: world.edit(spec={"schema": {"rules": None, "policy": "TemplateDefault"}}),
        _check_restored_schema,
        {"deleteSchema": ONCE_OR_TWICE},
        holding({"schema": SCHEMA}),
    ),
    Scenario(
        "interval",
        lambda world: world.edit(spec={"schedule": {"interval": "PT20M"}}),
        _check_interval,
        {"updateInterval": ONCE_OR_TWICE},
        holding(),
    ),
    Scenario("hold and its end", _hold, _check_hold, {"pauseJob": ONCE, "startJob": ONCE}, holds_an_adopted_job),
    Scenario(
        "expiration",
        _let_expire,
        lambda world: assert_ready(world, "Paused"),
        {"pauseJob": ONCE},
        holding(),
    ),
    Scenario(
        "deletion under Delete",
        lambda world: world.delete(),
        _check_deleted,
        {"deleteJob": ONCE},
        holding({"deletionPolicy": "Delete"}),
    ),
    Scenario(
        "deletion under Pause",
        lambda world: world.delete(),
        _check_left_paused,
        {"pauseJob": ONCE_OR_TWICE},  # a pause that shows may be from before the operator's own start
        holding({"deletionPolicy": "Pause"}),
    ),
    Scenario(
        "deletion under Retain",
        lambda world: world.delete(),
        _check_left_as_it_was,
        {},
        holding({"deletionPolicy": "Retain"}),
    ),
    Scenario(
        "deletion with its secrets",
        lambda world: world.delete(),
        _check_secrets_removed,
        {"deleteJob": ONCE, "putSecrets": ONCE_OR_TWICE},
        holding({"application": {"credentials": CREDENTIALS | {"onDelete": "Remove"}}}),
    ),
    Scenario(
        "recreation",
        lambda world: None,  # it goes on by itself
        assert_ready,
        {"createJob": ONCE, "startJob": ONCE},
        has_lost_its_job,
    ),
)
