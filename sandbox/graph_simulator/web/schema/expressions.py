"""Answers the calls about expressions of attribute mappings (graph-facts 3, calls 16 and 17, and 3.2)."""

from random import Random
from typing import Any

from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.bodies import check_parameters, read_member, read_object
from graph_simulator.web.calls import WRITE_JOBS, Call
from graph_simulator.web.queries import refuse_unsimulated
from graph_simulator.web.schema.schemas import find_schema
from graph_simulator.world.expressions.arguments import EvaluationInput
from graph_simulator.world.expressions.catalogue import FUNCTIONS, Parameter
from graph_simulator.world.expressions.errors import EvaluationError, ExpressionSyntaxError, UnsimulatedError
from graph_simulator.world.expressions.evaluator import evaluate
from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.tree import Expression
from graph_simulator.world.expressions.values import Value, list_texts
from graph_simulator.world.expressions.writer import write_source


def list_functions(call: Call) -> Answer:
    """Answer with the functions of expressions."""
    find_schema(call, WRITE_JOBS)
    value = [
        {"id": name, "parameters": [_write_parameter(item) for item in items]} for name, items in FUNCTIONS.items()
    ]
    return answer_json(200, {"@odata.context": f"{call.metadata_url}#functions", "value": value})


def _write_parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "allowMultipleOccurrences": parameter.repeats,
        "name": parameter.name,
        "required": parameter.is_required,
        "type": parameter.type,
    }


def parse(call: Call) -> Answer:
    """Parse an expression, and evaluate it for the object of the request if there is one."""
    find_schema(call, WRITE_JOBS)
    document = read_object(call)
    check_parameters(call, document, "parseExpression", {"expression", "testInputObject", "targetAttributeDefinition"})
    text = read_member(call, document, "expression", str)
    if text is None:
        raise call.refuse(400, "BadRequest", "The property 'expression' is required.")
    tested = read_member(call, document, "testInputObject", dict)
    try:
        return _answer_parsed(call, parse_expression(text), tested)
    except UnsimulatedError as unknown:
        raise refuse_unsimulated(call, unknown.what, unknown.why) from unknown
    except ExpressionSyntaxError as error:
        return _answer(call, None, None, str(error))


def _answer_parsed(call: Call, parsed: Expression, tested: dict[str, Any] | None) -> Answer:
    if tested is None:
        return _answer(call, parsed, None, None)
    inputs = EvaluationInput(_read_values(call, tested), call.now, Random(call.world.draw_id()))
    try:
        return _answer(call, parsed, list_texts(evaluate(parsed, inputs)), None)
    except EvaluationError as error:
        return _answer(call, parsed, None, str(error))


def _read_values(call: Call, tested: dict[str, Any]) -> dict[str, Value]:
    """Read the attributes of the object that an expression is tested with."""
    values: dict[str, Value] = {}
    for pair in read_member(call, tested, "properties", list) or []:
        if not isinstance(pair, dict) or not isinstance(pair.get("key"), str):
            raise call.refuse(400, "BadRequest", "A property of testInputObject needs a key.")
        values[pair["key"]] = _read_value(call, pair.get("value"))
    return values


def _read_value(call: Call, value: Any) -> Value:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise refuse_unsimulated(
        call, "This value of a test input", "Simulated are texts, whole numbers, booleans, null and lists of texts."
    )


def _answer(call: Call, parsed: Expression | None, result: list[str] | None, problem: str | None) -> Answer:
    """Answer with what was parsed and evaluated. No source shows an error: here it has a message only."""
    error: dict[str, Any] = {"code": None, "message": problem, "target": None, "details": [], "innerError": None}
    document = {
        "@odata.context": f"{call.metadata_url}#microsoft.graph.parseExpressionResponse",
        "error": None if problem is None else error,
        "evaluationSucceeded": result is not None,
        "evaluationResult": result or [],
        "parsedExpression": write_source(parsed) if parsed else None,
        "parsingSucceeded": parsed is not None,
    }
    return answer_json(200, document)
