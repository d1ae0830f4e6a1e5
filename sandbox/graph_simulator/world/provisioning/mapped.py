"""Evaluates the attribute mappings of an object."""

from collections.abc import Iterator, Mapping
from typing import Any

from graph_simulator.world.expressions.arguments import EvaluationInput
from graph_simulator.world.expressions.errors import EvaluationError, ExpressionSyntaxError, UnsimulatedError
from graph_simulator.world.expressions.evaluator import evaluate
from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.values import list_texts


def map_attributes(mappings: list[Any], inputs: EvaluationInput, *, is_new: bool) -> dict[str, str]:
    """Return the attributes of the target, with several values of one joined by commas.

    An attribute without a value does not flow, and neither does one whose expression has none for this object.
    """
    return dict(_list_mapped(mappings, inputs, is_new=is_new))


def _list_mapped(mappings: list[Any], inputs: EvaluationInput, *, is_new: bool) -> Iterator[tuple[str, str]]:
    for mapping in mappings:
        if mapping.get("flowType") == "ObjectAddOnly" and not is_new:
            continue
        text = ", ".join(_evaluate(mapping.get("source"), inputs)) or mapping.get("defaultValue")
        if text:
            yield str(mapping.get("targetAttributeName")), text


def _evaluate(source: Mapping[str, Any] | None, inputs: EvaluationInput) -> list[str]:
    try:
        return list_texts(evaluate(parse_expression((source or {}).get("expression") or ""), inputs))
    except (EvaluationError, ExpressionSyntaxError, UnsimulatedError):
        return []
