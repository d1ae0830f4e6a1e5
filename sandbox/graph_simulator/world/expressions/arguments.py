"""Gives a function its arguments, each evaluated when it is asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from graph_simulator.world.expressions.tree import Call, Expression
from graph_simulator.world.expressions.values import Value, read_moment, read_number, write_value


@dataclass(frozen=True, slots=True)
class EvaluationInput:
    """What an expression is evaluated with: the attributes of an object, the time and a source of randomness."""

    values: Mapping[str, Value]
    now: datetime
    random: Random


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call. Places are counted from 0."""

    call: Call
    inputs: EvaluationInput
    evaluate: Callable[[Expression, EvaluationInput], Value]

    @property
    def count(self) -> int:
        """The number of places, also of those that were left out."""
        return len(self.call.arguments)

    def find(self, place: int) -> Expression | None:
        """Return the argument at a place as it is written; None if there is none."""
        return self.call.arguments[place] if place < self.count else None

    def value(self, place: int) -> Value:
        """Evaluate an argument; null if it was left out."""
        expression = self.find(place)
        return None if expression is None else self.evaluate(expression, self.inputs)

    def values(self, begin: int = 0) -> Iterator[Value]:
        """Evaluate one argument after the other, from a place on."""
        return (self.value(place) for place in range(begin, self.count))

    def text(self, place: int) -> str:
        """Evaluate an argument as text; null is empty."""
        return write_value(self.value(place))

    def number(self, place: int) -> int:
        """Evaluate an argument as a whole number."""
        return read_number(self.value(place))

    def moment(self, place: int) -> datetime:
        """Evaluate an argument as a time."""
        return read_moment(self.value(place))
