"""Lists the operators of scoping filters (graph-facts 3.2)."""

from dataclasses import dataclass
from typing import Literal

_ANY = ("Integer", "String", "Binary", "Boolean")
_COMPARED = ("Integer", "String")


@dataclass(frozen=True, slots=True)
class FilterOperator:
    """An operator, with the types of the attributes that it can look at."""

    name: str
    arity: Literal["Binary", "Unary"]
    types: tuple[str, ...]


FILTER_OPERATORS = (
    FilterOperator("EQUALS", "Binary", _COMPARED),
    FilterOperator("IS FALSE", "Unary", ("Boolean",)),
    FilterOperator("IS NOT NULL", "Unary", _ANY),
    FilterOperator("IS NULL", "Unary", _ANY),
    FilterOperator("IS TRUE", "Unary", ("Boolean",)),
    FilterOperator("NOT EQUALS", "Binary", _COMPARED),
    FilterOperator("NOT REGEX MATCH", "Binary", _COMPARED),
    FilterOperator("REGEX MATCH", "Binary", _COMPARED),
    FilterOperator("&", "Binary", ("String",)),
    FilterOperator("!&", "Binary", ("String",)),
    FilterOperator("ENDS_WITH", "Binary", ("String",)),
    FilterOperator("Greater_Than", "Binary", ("Integer",)),
    FilterOperator("Greater_Than_OR_EQUALS", "Binary", ("Integer",)),
    FilterOperator("Includes", "Binary", ("String",)),
)
"""All documented operators. The first eight are as captured, the others have the names that the reference writes."""
