"""Whole schemas of a job that is suspended, held, paused, in quarantine, adopted, only observed or deleted."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.core.primitives.times import write_time
from graph_simulator.world.gallery.schemas import make_gallery_schema
from tests.support.gallery_world import GalleryWorld, replace_by, wish_for_a_constant
from tests.support.kill_points.checks import assert_gone, assert_ready
from tests.support.kill_points.world import NAMESPACE, live

TEMPLATE = "fullSlack"
WRITES = {"Replace": "putSchema", "TemplateDefault": "deleteSchema"}
"""What makes the schema that of the template again, by policy."""

EXPORTED = "exported"
LONG = timedelta(minutes=30)
"""After which the operator has looked at the resource many times."""

policies = pytest.mark.parametrize("policy", WRITES)


def wish(policy: str) -> dict[str, Any]:
    """Wish for the schema of the template, in either way."""
    others = {"rules": None, "policy": "TemplateDefault"}
    return others | (replace_by(EXPORTED) if policy == "Replace" else {})


def act_on(policy: str, act: Callable[[GalleryWorld], Any], *, holds_job: bool = True) -> None:
    """Act in a world with an exported schema of the template and, unless told otherwise, a job with another schema."""

    async def run(world: GalleryWorld) -> None:
        first = make_gallery_schema("slack", "x")
        world.put_exported(gzip.compress(json.dumps({**first, "id": None}).encode()))
        if holds_job:
            await world.begin(wish_for_a_constant(TEMPLATE))
        await act(world)

    live(run, lambda loop: GalleryWorld(loop, TEMPLATE))


def is_of_template(world: GalleryWorld) -> bool:
    [job] = world.jobs()
    return world.schema() == make_gallery_schema("slack", job.id) | {"version": ""}


def assert_written(world: GalleryWorld, policy: str, *, state: str = "Active") -> None:
    assert_ready(world, state)
    assert is_of_template(world)
    assert world.writes()[WRITES[policy]] == 1 + (policy == "Replace"), "once, after the change before"


def writes_of_schema(world: GalleryWorld) -> int:
    """Count the writes of the schema beside the first change."""
    return sum(world.writes()[name] for name in WRITES.values()) - 1


@policies
def test_a_suspended_resource_writes_nothing_before_its_end(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.edit(spec={"suspend": True, "schema": wish(policy)})
        await asyncio.sleep(LONG.total_seconds())
        assert writes_of_schema(world) == 0
        world.edit(spec={"suspend": None})
        await world.rest(lambda seen: assert_written(world, policy))

    act_on(policy, act)


@policies
def test_a_held_job_is_paused_first_and_gets_its_schema_meanwhile(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        until = write_time(world.now() + LONG)
        world.edit(metadata={"annotations": {HOLD_UNTIL_ANNOTATION: until}}, spec={"schema": wish(policy)})
        await asyncio.sleep(LONG.total_seconds() / 2)
        assert writes_of_schema(world) == 1
        assert [job.schedule_state for job in world.jobs()] == ["Disabled"]
        order = [entry.target.operation for entry in world.app.simulator.journal.entries if entry.had_effect]
        assert order[-2:] == ["pauseJob", WRITES[policy]]
        await asyncio.sleep(LONG.total_seconds())
        await world.rest(lambda seen: assert_written(world, policy))

    act_on(policy, act)


@policies
def test_a_paused_job_gets_its_schema_and_stays_paused(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.edit(spec={"schedule": {"state": "Paused"}, "schema": wish(policy)})
        await world.rest(lambda seen: assert_written(world, policy, state="Paused"))
        assert world.writes()["startJob"] == 1

    act_on(policy, act)


@policies
def test_a_job_in_quarantine_gets_its_schema_and_nothing_ends_the_quarantine(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.quarantine_job("Unknown")
        world.edit(spec={"schema": wish(policy)})
        await asyncio.sleep(LONG.total_seconds())
        assert writes_of_schema(world) == 1
        assert is_of_template(world)
        assert [job.code for job in world.jobs()] == ["Quarantine"]
        assert not world.writes()["restartJob"]
        assert world.writes()["startJob"] == 1

    act_on(policy, act)


def test_a_new_job_gets_the_whole_schema_before_its_start() -> None:
    async def act(world: GalleryWorld) -> None:
        changed = make_gallery_schema("slack", "x") | {"id": None}
        changed["synchronizationRules"][0]["objectMappings"][0]["enabled"] = False
        world.server.delete("configmaps", NAMESPACE, EXPORTED)
        world.put_exported(gzip.compress(json.dumps(changed).encode()))
        world.apply({"template": {"id": TEMPLATE}, "schema": replace_by(EXPORTED)})
        await world.run_operator()
        await world.rest(assert_ready)
        order = [entry.target.operation for entry in world.app.simulator.journal.entries if entry.had_effect]
        assert order == ["createJob", "putSchema", "startJob"]

    act_on("Replace", act, holds_job=False)


def test_a_new_job_has_the_schema_of_its_template_already() -> None:
    async def act(world: GalleryWorld) -> None:
        world.apply({"template": {"id": TEMPLATE}, "schema": {"policy": "TemplateDefault"}})
        await world.run_operator()
        await world.rest(assert_ready)
        assert world.writes() == {"createJob": 1, "startJob": 1}

    act_on("TemplateDefault", act, holds_job=False)


@policies
def test_an_adopted_job_gets_its_schema_once_after_a_backup(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.create_job_at_the_portal(is_started=True)
        world.change_schema_at_the_portal()
        assert not is_of_template(world)
        world.apply({"template": {"id": TEMPLATE}, "schema": {**wish(policy), "rules": None}})
        await world.run_operator()
        await world.rest(assert_ready)
        assert is_of_template(world)
        assert world.writes() == {WRITES[policy]: 1}
        assert len(world.status()["schema"]["backups"]) == 1

    act_on(policy, act, holds_job=False)


@policies
def test_an_observer_tells_the_differences_and_writes_nothing(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.edit(spec={"managementPolicy": "Observe", "schema": wish(policy)})
        await asyncio.sleep(LONG.total_seconds())
        assert writes_of_schema(world) == 0
        [drifted] = [each for each in world.status()["conditions"] if each["type"] == "Drifted"]
        assert drifted["status"] == "True"
        verb = "change" if policy == "Replace" else "reset"
        assert f"{verb} the schema: set rules[" in drifted["message"]

    act_on(policy, act)


@policies
@pytest.mark.parametrize(("deletion", "left"), [("Delete", 0), ("Retain", 1)])
def test_a_deleted_resource_writes_no_schema_whatever_it_lacks(deletion: str, left: int, policy: str) -> None:
    """It is deleted before it has seen its new wish, and its ConfigMap is gone too."""

    async def act(world: GalleryWorld) -> None:
        world.server.delete("configmaps", NAMESPACE, EXPORTED)
        world.edit(spec={"deletionPolicy": deletion, "schema": wish(policy)})
        world.delete()
        await world.settle(assert_gone)
        assert writes_of_schema(world) == 0
        assert len(world.jobs()) == left

    act_on(policy, act)


@policies
def test_a_resource_whose_schema_waits_for_a_person_is_deleted_at_once(policy: str) -> None:
    async def act(world: GalleryWorld) -> None:
        world.edit(spec={"deletionPolicy": "Delete", "schema": {**wish(policy), "approval": "Required"}})
        await asyncio.sleep(LONG.total_seconds())
        assert writes_of_schema(world) == 0
        world.delete()
        await world.settle(assert_gone)
        assert writes_of_schema(world) == 0
        assert world.jobs() == []

    act_on(policy, act)
