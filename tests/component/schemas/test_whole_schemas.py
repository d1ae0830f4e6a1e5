"""The schemas of the gallery through one operator, its API server and Graph: written, read, exported, restored."""

import asyncio
import gzip
import json
from datetime import timedelta

import pytest

from entrasync.core.schema.backup import pack_schema
from graph_simulator.world.gallery.schemas import make_gallery_schema
from graph_simulator.world.templates import TEMPLATES
from tests.support.gallery_world import GalleryWorld, replace_by, wish_for_a_constant
from tests.support.kill_points.checks import assert_ready
from tests.support.kill_points.world import live

FULL = sorted(template.id for template in TEMPLATES.values() if template.gallery_schema)


@pytest.mark.parametrize("template", FULL)
def test_a_schema_is_written_once_and_restored_from_its_backup_to_the_last_member(template: str) -> None:
    async def act(world: GalleryWorld) -> None:
        await world.begin(wish_for_a_constant(template))
        assert world.writes()["putSchema"] == 1
        exported = world.put_exported(gzip.compress(json.dumps(world.schema()).encode()))
        await world.change(exported)
        await world.run_operator()
        await world.rest(assert_ready)
        assert world.writes()["putSchema"] == 1, "what was written is as it was read"
        [backup] = world.status()["schema"]["backups"]
        await world.change(replace_by(backup["name"]))
        assert world.writes()["putSchema"] == 2
        [job] = world.jobs()
        first = make_gallery_schema(str(TEMPLATES[template].gallery_schema), job.id)
        assert pack_schema(world.schema()) == pack_schema(first | {"version": ""})

    live(act, lambda loop: GalleryWorld(loop, template))


def test_a_backup_of_the_job_before_restores_the_schema_of_the_job_that_took_its_place() -> None:
    async def act(world: GalleryWorld) -> None:
        await world.begin(wish_for_a_constant("fullSlack"))
        [former] = world.jobs()
        [backup] = world.status()["schema"]["backups"]
        world.delete_job_at_the_portal()
        await asyncio.sleep(timedelta(hours=1).total_seconds())
        await world.rest(assert_ready)
        [job] = world.jobs()
        assert job.id != former.id
        await world.change(replace_by(backup["name"]))
        assert pack_schema(world.schema()) == pack_schema(make_gallery_schema("slack", job.id) | {"version": ""})
        assert world.writes()["putSchema"] == 3, "a change of each job, and what took the second one back"

    live(act, lambda loop: GalleryWorld(loop, "fullSlack"))


def test_a_schema_is_that_of_the_template_again_after_a_reset() -> None:
    async def act(world: GalleryWorld) -> None:
        await world.begin(wish_for_a_constant("fullSlack"))
        await world.change({"policy": "TemplateDefault"})
        assert world.writes()["deleteSchema"] == 1
        [job] = world.jobs()
        assert world.schema() == make_gallery_schema("slack", job.id) | {"version": ""}
        await world.run_operator()
        await world.rest(assert_ready)
        assert world.writes()["deleteSchema"] == 1

    live(act, lambda loop: GalleryWorld(loop, "fullSlack"))


def test_a_schema_of_five_megabytes_is_read_from_a_config_map() -> None:
    async def act(world: GalleryWorld) -> None:
        await world.begin(wish_for_a_constant("fullAD2AAD"))
        large = world.schema()
        [directory] = [each for each in large["directories"] if not each["readOnly"]]
        attributes = directory["objects"][0]["attributes"]
        size = len(json.dumps(attributes[0]))
        attributes.extend({**attributes[0], "name": f"extra{number}"} for number in range(4_000_000 // size))
        content = json.dumps(large).encode()
        assert 4_500_000 < len(content) < 5 * 1024 * 1024
        await world.change(world.put_exported(gzip.compress(content)))
        assert world.schema() == large
        assert world.writes()["putSchema"] == 2

    live(act, lambda loop: GalleryWorld(loop, "fullAD2AAD"))
