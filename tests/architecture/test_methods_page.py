"""The page of methods and properties has all that Microsoft's description has, and names only what exists."""

import re

import pytest

from entrasync.api.generate.crd import provisioning_request_crd, synchronization_job_crd
from entrasync.api.generate.fields import fields_of
from entrasync.graph.calls import operations
from graph_simulator.traffic.operations import find_target
from tests.support.graph_facts import FACTS, VERSIONS, find_refusal, list_operations
from tests.support.methods_page import DIRECTORY_METHODS, METHODS, PROPERTIES, ROOT, TEXT

ANNOUNCED = {f"PATCH {ROOT}/connectivityParameters", f"POST {ROOT}/jobs/{{job}}/validateConnectivity"}
"""What only the list of permissions names (graph-facts 2.1)."""
NOT_SYNCHRONIZATION = {
    "servicePrincipal",
    "application",
    "passwordCredential",
    *(name for name in FACTS["v1.0"]["types"] if name.startswith("ODataErrors.")),
}
CALLS = {each.name for each in vars(operations).values() if isinstance(each, operations.Operation)}
ONLY_BELOW_APPLICATIONS = re.compile(r"(PUT|DELETE) .*/templates/\{template\}/schema")


def simulated(operation: str) -> str:
    """Say what the simulator does with an operation, in the words of the page."""
    method, path = operation.split(" ", 1)
    if (refusal := find_refusal(operation)) is not None:
        return str(refusal)
    if ONLY_BELOW_APPLICATIONS.fullmatch(operation):
        return "answers it below applications"
    concrete = "/v1.0" + re.sub(r"\{\w+\}", "x", path)
    return "501" if find_target(method, concrete).operation == "unsimulated" else "answers it"


class TestMethods:
    def test_are_those_of_microsofts_description_and_the_announced_ones(self) -> None:
        described = {name for version in VERSIONS for name in list_operations(version)}
        assert described - set(METHODS) == set(), "say on the page what the operator does with it"
        assert set(METHODS) - described == ANNOUNCED

    @pytest.mark.parametrize("method", METHODS)
    def test_have_the_versions_that_microsoft_describes(self, method: str) -> None:
        versions = ", ".join(version for version in VERSIONS if method in list_operations(version))
        assert METHODS[method].versions == (versions or "announced")

    @pytest.mark.parametrize("method", METHODS)
    def test_say_what_the_simulator_does(self, method: str) -> None:
        assert METHODS[method].simulator == simulated(method)

    @pytest.mark.parametrize("method", METHODS)
    def test_name_a_call_of_the_operator_or_say_that_it_is_not_used(self, method: str) -> None:
        row = METHODS[method]
        assert bool(row.calls) != row.operator.startswith(("not used", "never used"))

    def test_name_every_call_of_the_operator_and_no_other(self) -> None:
        rows = [*METHODS.values(), *DIRECTORY_METHODS.values()]
        assert {call for row in rows for call in row.calls} == CALLS, "name the call in the row of its method"


class TestProperties:
    def test_are_those_of_microsofts_description(self) -> None:
        described = {
            (kind, name)
            for version in VERSIONS
            for kind, properties in FACTS[version]["types"].items()
            for name in properties
            if kind not in NOT_SYNCHRONIZATION
        }
        assert described - set(PROPERTIES) == set(), "say on the page where it is, or why it is not"
        assert set(PROPERTIES) - described == set()


def test_every_field_that_the_page_names_exists() -> None:
    known = {
        field.path
        for crd in (synchronization_job_crd(), provisioning_request_crd())
        for part in ("spec", "status")
        for field in fields_of(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][part], part)
    }
    named = set(re.findall(r"`((?:spec|status)\.[a-zA-Z.\[\]]+)", TEXT))
    assert len(named) > 100
    assert named - known == set()
