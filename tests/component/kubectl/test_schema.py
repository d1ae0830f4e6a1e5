"""`schema diff` and `schema test` of manifests, against a simulated tenant."""

from pathlib import Path

import pytest

from tests.support.plans import Planning, spec_of
from tests.support.plugin import Plugin
from tests.support.schemas_in_spec import RULE, mapping_schema
from tests.support.simulator_client import Principal, SimulatorClient

LOWER = {"target": "userName", "expression": "ToLower([userPrincipalName])"}


@pytest.fixture
def planning(plugin: Plugin, simulator: SimulatorClient, principal: Principal, tmp_path: Path) -> Planning:
    """A folder of manifests beside a job that runs."""
    simulator.create_job(principal.id, "scim", started=True)
    folder = tmp_path / "manifests"
    folder.mkdir()
    return Planning(plugin, simulator, folder)


def case(name: str, wanted: str) -> dict[str, object]:
    return {
        "name": name,
        "rule": RULE,
        "input": {"userPrincipalName": "ZOE@example.com"},
        "expect": {"userName": wanted},
    }


class TestDiff:
    def test_of_a_schema_that_differs_names_each_difference_and_ends_with_1(
        self, planning: Planning, principal: Principal
    ) -> None:
        planning.write(spec_of(principal.id, schema=mapping_schema(LOWER)))
        answer = planning.run_command("schema", "diff", "-f", str(planning.folder))
        assert (answer.code, answer.errors) == (1, "")
        assert answer.output.splitlines()[0] == "default/crm: 1 difference"
        assert "attributeMappings[userName] to ToLower([userPrincipalName])" in answer.output.splitlines()[1]

    def test_of_an_unknown_attribute_says_which_are_known(self, planning: Planning, principal: Principal) -> None:
        planning.write(spec_of(principal.id, schema=mapping_schema({"target": "userNam", "attribute": "mail"})))
        answer = planning.run_command("schema", "diff", "-f", str(planning.folder), "-o", "json")
        assert answer.code == 1
        assert "userName" in answer.document["items"][0]["problem"]

    def test_without_a_schema_in_spec_says_so(self, planning: Planning, principal: Principal) -> None:
        planning.write(spec_of(principal.id))
        answer = planning.run_command("schema", "diff", "-f", str(planning.folder))
        assert (answer.code, answer.output) == (0, "There is no spec.schema in any of these resources.\n")

    def test_needs_a_name_or_files(self, planning: Planning) -> None:
        answer = planning.run_command("schema", "diff")
        assert answer.code == 2
        assert "Give the name of a SynchronizationJob, or files with --filename." in answer.errors


class TestTest:
    def test_has_a_line_for_each_test_and_ends_with_1_where_one_fails(
        self, planning: Planning, simulator: SimulatorClient, principal: Principal
    ) -> None:
        tests = [case("lower case", "zoe@example.com"), case("upper case", "ZOE@example.com")]
        planning.write(spec_of(principal.id, schema=mapping_schema(LOWER, tests=tests)))
        simulator.clear_journal()
        answer = planning.run_command("schema", "test", "-f", str(planning.folder))
        passed, failed = answer.output.splitlines()
        assert (answer.code, answer.errors) == (1, "")
        assert passed == "ok    default/crm: lower case"
        assert failed.startswith("FAIL  default/crm: upper case: ")
        operations = {entry.operation for entry in simulator.journal() if entry.method != "GET"}
        assert operations <= {"token", "parseExpression"}

    def test_ends_with_0_where_all_pass(self, planning: Planning, principal: Principal) -> None:
        schema = mapping_schema(LOWER, tests=[case("lower case", "zoe@example.com")])
        planning.write(spec_of(principal.id, schema=schema))
        answer = planning.run_command("schema", "test", "-f", str(planning.folder), "-o", "json")
        assert answer.code == 0
        assert answer.document["items"][0]["tests"] == [{"name": "lower case", "passed": True, "why": None}]


class TestTheScreen:
    @pytest.mark.parametrize("command", ["diff", "test"])
    def test_fits_on_a_terminal_of_80_columns(self, planning: Planning, principal: Principal, command: str) -> None:
        tests = [case("lower case", "zoe@example.com"), case("upper case", "ZOE@example.com")]
        planning.write(spec_of(principal.id, schema=mapping_schema(LOWER, tests=tests)))
        code, lines = planning.run_on_terminal("schema", command, "-f", str(planning.folder))
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert any("default/crm: " in line for line in lines)
