"""Checks the schemas of the gallery over the wire: each is as described, and survives being written back."""

import json
from typing import Any

import pytest

from graph_simulator.world.gallery.schemas import UNKNOWN_MEMBERS
from graph_simulator.world.templates import TEMPLATES
from tests.support.graph_caller import GraphCaller, schema_of
from tests.support.simulator_client import SimulatorClient

FULL = sorted(template.id for template in TEMPLATES.values() if template.gallery_schema)


@pytest.fixture
def caller_of_gallery(graph: GraphCaller) -> GraphCaller:
    """A caller that takes the members that the description of the API does not have."""
    graph.exempt |= UNKNOWN_MEMBERS
    return graph


def as_text(schema: dict[str, Any]) -> str:
    """Write a schema with the order of its members, but for its version, which Graph changes."""
    return json.dumps(schema | {"version": "", "@odata.context": ""})


@pytest.mark.parametrize("template", FULL)
class TestFullSchema:
    def test_is_the_same_after_it_was_written_back(
        self, caller_of_gallery: GraphCaller, simulator: SimulatorClient, template: str
    ) -> None:
        graph = caller_of_gallery
        principal = simulator.create_service_principal(templates=[template])
        path = schema_of(principal.id, graph.create(principal.id, template))
        before = graph.get(path).json()
        assert graph.put(path, before).status_code == 204
        after = graph.get(path).json()
        assert as_text(after) == as_text(before)
        assert after["version"] != before["version"]

    def test_is_that_of_the_template_that_is_offered(
        self, caller_of_gallery: GraphCaller, simulator: SimulatorClient, template: str
    ) -> None:
        graph = caller_of_gallery
        principal = simulator.create_service_principal(templates=[template])
        (offered,) = graph.get(f"/servicePrincipals/{principal.id}/synchronization/templates").json()["value"]
        schema = graph.get(schema_of(principal.id, graph.create(principal.id, template))).json()
        assert offered["schema"] | {"id": ""} == {name: schema[name] for name in offered["schema"]} | {"id": ""}
        assert offered["schema"]["id"] == f"{template}.{'0' * 32}"


def test_unknown_members_are_in_every_part_of_a_schema(graph: GraphCaller, simulator: SimulatorClient) -> None:
    principal = simulator.create_service_principal(templates=["fullScim"])
    path = schema_of(principal.id, graph.create(principal.id, "fullScim"))
    for member in sorted(UNKNOWN_MEMBERS):
        graph.exempt = set(UNKNOWN_MEMBERS - {member})
        kind, name = member.split(".")
        with pytest.raises(AssertionError, match=f"{kind} has no property {name}"):
            graph.get(path)
