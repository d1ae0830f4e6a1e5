"""The schemas of the gallery through one operator, its API server and Graph: written, read, exported, restored."""

import asyncio
import base64
import gzip
import json
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from entrasync.core.schema.backup import pack_schema
from graph_simulator.world.gallery.schemas import make_gallery_schema
from graph_simulator.world.templates import TEMPLATES
from tests.support.kill_points.checks import assert_ready
from tests.support.kill_points.simulated_loop import SimulatedLoop
from tests.support.kill_points.world import NAMESPACE, World, live

FULL = sorted(template.id for template in TEMPLATES.values() if template.gallery_schema)


class GalleryWorld(World):
    """A world whose application offers one template of the gallery."""

    def __init__(self, loop: SimulatedLoop, template: str) -> None:
        super().__init__(loop)
        self.template = template
        self.principal = self.tenant.add_service_principal("gallery", templates=[template])

    async def begin(self, schema: dict[str, Any]) -> None:
        """Apply a resource with a wish for its schema, and have the operator fulfil it."""
        self.apply({"template": {"id": self.template}, "schema": schema})
        await self.run_operator()
        await self.rest(assert_ready)

    async def change(self, schema: dict[str, Any]) -> None:
        """Replace the wish for the schema, and let the operator come to rest."""
        nothing = dict.fromkeys(("rules", "policy", "from", "directories"))
        self.edit(spec={"schema": {**nothing, **schema}})
        await self.rest(assert_ready)

    def put_exported(self, content: bytes) -> dict[str, Any]:
        """Store a whole schema in a ConfigMap, and return the wish for it."""
        metadata = {"namespace": NAMESPACE, "name": "exported"}
        encoded = base64.b64encode(content).decode()
        self.server.create("configmaps", {"metadata": metadata, "binaryData": {"schema.json.gz": encoded}})
        return replace_by("exported")

    def status(self) -> dict[str, Any]:
        """Return the status of the resource."""
        found = self.resource()
        assert found is not None
        status: dict[str, Any] = found["status"]
        return status

    def schema(self) -> dict[str, Any]:
        """Return the schema of the job but for its version, which Graph changes at each write."""
        [job] = self.jobs()
        return deepcopy(self.tenant.read_schema(job)) | {"version": ""}


def replace_by(name: str) -> dict[str, Any]:
    return {"policy": "Replace", "from": {"configMapKeyRef": {"name": name, "key": "schema.json.gz"}}}


def wish_for_a_constant(template: str) -> dict[str, Any]:
    """Wish that a constant flows into the first attribute that is mapped."""
    gallery_schema = TEMPLATES[template].gallery_schema
    assert gallery_schema is not None
    rule = next(rule for rule in make_gallery_schema(gallery_schema, "x")["synchronizationRules"] if rule["editable"])
    [entry, *_] = rule["objectMappings"]
    mapping = {"target": entry["attributeMappings"][0]["targetAttributeName"], "constant": "x"}
    users = {"name": entry["name"], "attributeMappings": [mapping]}
    return {"rules": [{"name": rule["name"], "objectMappings": [users]}]}


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
