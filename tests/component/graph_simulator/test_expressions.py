"""Checks the calls about expressions of attribute mappings, and about the operators of scoping filters."""

from typing import Any

import pytest

from tests.support.graph_caller import GraphCaller, read_error, schema_of
from tests.support.simulator_client import Principal

LANGUAGE = 'Replace([preferredLanguage], "-", , , "_", ,  )'


@pytest.fixture
def path(graph: GraphCaller, principal: Principal) -> str:
    """The path of a job's schema."""
    return schema_of(principal.id, graph.create(principal.id))


def parse(graph: GraphCaller, path: str, expression: str, **properties: Any) -> dict[str, Any]:
    """Parse an expression, and evaluate it if there are properties to do so with."""
    document: dict[str, Any] = {"expression": expression, "targetAttributeDefinition": None}
    if properties:
        pairs = [{"key": key, "value": value} for key, value in properties.items()]
        document["testInputObject"] = {"definition": None, "properties": pairs}
    answer: dict[str, Any] = graph.post(f"{path}/parseExpression", document).json()
    return answer


class TestParsing:
    def test_gives_the_tree_and_the_value_of_the_reference(self, graph: GraphCaller, path: str) -> None:
        answer = parse(graph, path, LANGUAGE, preferredLanguage="EN-US")
        assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (True, True)
        assert (answer["evaluationResult"], answer["error"]) == (["EN_US"], None)
        parsed = answer["parsedExpression"]
        assert parsed["expression"] == 'Replace([preferredLanguage], "-", , , "_", , )'
        named = [(item["key"], item["value"]["name"], item["value"]["type"]) for item in parsed["parameters"]]
        assert named == [
            ("source", "preferredLanguage", "Attribute"),
            ("Find", "-", "Constant"),
            ("Replacement", "_", "Constant"),
        ]

    def test_evaluates_nothing_without_an_object(self, graph: GraphCaller, path: str) -> None:
        answer = parse(graph, path, 'Append([mail], "x")')
        assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (True, False)
        assert (answer["evaluationResult"], answer["error"]) == ([], None)

    def test_of_its_own_text_gives_the_same_tree(self, graph: GraphCaller, path: str) -> None:
        text = 'Switch(IIF([a]="b",Join(", ",[c],"\\"d\\""),[e]),,"f",Mid([g],1,3))'
        tree = parse(graph, path, text)["parsedExpression"]
        assert parse(graph, path, tree["expression"])["parsedExpression"] == tree

    def test_of_a_malformed_expression_tells_the_position(self, graph: GraphCaller, path: str) -> None:
        answer = parse(graph, path, 'Append([mail] "x")', mail="a@b")
        assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (False, False)
        assert (answer["parsedExpression"], answer["evaluationResult"]) == (None, [])
        message = "A comma or the closing parenthesis of Append is expected at position 15, but 'x' was found."
        assert answer["error"]["message"] == message


class TestEvaluation:
    def test_takes_texts_numbers_booleans_lists_and_nulls(self, graph: GraphCaller, path: str) -> None:
        given = {"a": "x", "b": 7, "c": True, "d": ["y", "z"], "e": None}
        answer = parse(graph, path, 'Join("|", [a], [b], [c], [d], [e])', **given)
        assert answer["evaluationResult"] == ["x|7|True|y|z"]
        assert parse(graph, path, "[d]", **given)["evaluationResult"] == ["y", "z"]
        null = parse(graph, path, "[e]", **given)
        assert (null["evaluationSucceeded"], null["evaluationResult"]) == (True, [])

    def test_that_fails_tells_why_and_keeps_the_tree(self, graph: GraphCaller, path: str) -> None:
        answer = parse(graph, path, "CDate([hired])", hired="soon")
        assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (True, False)
        assert answer["parsedExpression"]["name"] == "CDate"
        assert answer["error"]["message"] == "'soon' is no date."

    def test_uses_the_simulated_time_and_draws_anew(self, graph: GraphCaller, path: str) -> None:
        assert parse(graph, path, "Now()", a="")["evaluationResult"] == ["3/3/2025 8:00:00 AM"]
        drawn = [parse(graph, path, "Guid()", a="")["evaluationResult"] for _ in range(2)]
        assert drawn[0] != drawn[1]

    def test_that_no_source_describes_is_not_simulated_and_says_why(self, graph: GraphCaller, path: str) -> None:
        document = {"expression": "DefaultDomain()", "testInputObject": {"properties": []}}
        status, code, message = read_error(graph.post(f"{path}/parseExpression", document))
        assert (status, code) == (501, "NotImplemented")
        why = "The simulated tenant has no domains."
        assert message == f"The value of the function DefaultDomain is not simulated. {why}"

    def test_refuses_a_property_without_a_key_and_one_with_an_object(self, graph: GraphCaller, path: str) -> None:
        def ask(pair: dict[str, Any]) -> tuple[int, str, str]:
            document = {"expression": "[a]", "testInputObject": {"properties": [pair]}}
            return read_error(graph.post(f"{path}/parseExpression", document))

        assert ask({"value": "x"}) == (400, "BadRequest", "A property of testInputObject needs a key.")
        assert ask({"key": "a", "value": {}})[:2] == (501, "NotImplemented")


class TestLists:
    def test_all_functions_are_listed_with_their_parameters(self, graph: GraphCaller, path: str) -> None:
        functions = {item["id"]: item["parameters"] for item in graph.get(f"{path}/functions").json()["value"]}
        assert list(functions)[:3] == ["Append", "DefaultDomain", "AppRoleAssignments"]
        assert len(functions) == 51
        described = [(item["name"], item["required"], item["allowMultipleOccurrences"]) for item in functions["Switch"]]
        assert described == [("source", True, False), ("defaultValue", False, False), ("switchValue", False, True)]
        assert [item["type"] for item in functions["Mid"]] == ["String", "Integer", "Integer"]

    def test_all_operators_are_listed_with_the_types_that_they_look_at(self, graph: GraphCaller, path: str) -> None:
        operators = {item["id"]: item for item in graph.get(f"{path}/filterOperators").json()["value"]}
        assert list(operators)[:3] == ["EQUALS", "IS FALSE", "IS NOT NULL"]
        assert len(operators) == 14
        assert (operators["IS TRUE"]["arity"], operators["REGEX MATCH"]["arity"]) == ("Unary", "Binary")
        assert operators["Greater_Than"]["supportedAttributeTypes"] == ["Integer"]
