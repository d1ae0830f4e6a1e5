"""A world whose application offers a template of the gallery, with a schema of real shape."""

import base64
from copy import deepcopy
from typing import Any

from graph_simulator.world.gallery.schemas import make_gallery_schema
from graph_simulator.world.templates import TEMPLATES
from tests.support.kill_points.checks import assert_ready
from tests.support.kill_points.simulated_loop import SimulatedLoop
from tests.support.kill_points.world import NAMESPACE, World


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

    def change_schema_at_the_portal(self) -> None:
        """Let the first attribute that is mapped have no source."""
        record = self._find_record()
        schema = deepcopy(self.tenant.read_schema(record.job))
        rule = next(rule for rule in schema["synchronizationRules"] if rule["editable"])
        rule["objectMappings"][0]["attributeMappings"][0]["defaultValue"] = "portal"
        self.tenant.change_schema(record, schema, self.now())

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
