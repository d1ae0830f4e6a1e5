"""What a field may hold, and the sentences of a refusal: one CEL rule for the API server, one check for the operator.

A rule takes the place of `pattern`, `format`, `minimum` and their like, whose refusals are a regular expression or a
bare number. Texts and lists keep a bound in the schema, because the API server counts the cost of a rule by it. It is
so wide that the rule speaks first: beyond it, the API server refuses without a look at any rule.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core.core_schema import CoreSchema, no_info_after_validator_function

from entrasync.api.model import cel_rules, rule

WIDEST_TEXT = 2048
"""Characters of a text up to which a rule speaks, unless its field allows more: as long as most URLs."""

WIDENING = 4
"""The schema's own bound on a text or a list is so many times what its rule allows, so that the rule speaks first."""

REAL_DATE_PATTERN = (
    "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
)
TIME_PATTERN = (
    f"^{REAL_DATE_PATTERN}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{{1,9}})?"
    "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
"""A time of RFC 3339. Which years have a 29th of February is asked separately."""

LONGEST_TIME = len("2027-01-01T02:00:00.123456789+02:00")


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """Annotates a field with what it may hold. `words` are the whole sentences of a refusal, with an example."""

    words: str

    @property
    def expression(self) -> str:
        """The CEL expression that is true of what the field may hold."""
        raise NotImplementedError

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds in the schema."""
        return {}

    def allows(self, value: Any) -> bool:
        """Whether the field may hold this value."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the field after it has been read."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the field to the API server."""
        return {**handler(schema), **self.bounds, **cel_rules(rule(self.expression, self.words))}

    def _check(self, value: Any) -> Any:
        if not self.allows(value):
            raise ValueError(self.words)
        return value


@dataclass(frozen=True, kw_only=True)
class Text(Constraint):
    """Annotates a `str`: patterns of RE2 that it matches, and the fewest and most characters that it has."""

    patterns: tuple[str, ...] = ()
    at_least: int = 0
    at_most: int

    @property
    def expression(self) -> str:
        """The CEL expression that is true of what the field may hold."""
        fewest = [f"size(self) >= {self.at_least}"] if self.at_least else []
        forms = [f"self.matches(r'{pattern}')" for pattern in self.patterns]
        return " && ".join([*fewest, f"size(self) <= {self.at_most}", *forms])

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds in the schema."""
        return {"maxLength": max(WIDEST_TEXT, WIDENING * self.at_most)}

    def allows(self, value: str) -> bool:
        """Whether the field may hold this text."""
        # Python's $ would allow a line break at the end.
        forms = [re.sub(r"\$$", r"\\Z", pattern) for pattern in self.patterns]
        return self.at_least <= len(value) <= self.at_most and all(re.search(form, value, re.ASCII) for form in forms)


@dataclass(frozen=True, kw_only=True)
class Size(Constraint):
    """Annotates a list: the fewest and most items that it has."""

    at_least: int = 0
    at_most: int

    @property
    def expression(self) -> str:
        """The CEL expression that is true of what the field may hold."""
        fewest = [f"size(self) >= {self.at_least}"] if self.at_least else []
        return " && ".join([*fewest, f"size(self) <= {self.at_most}"])

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds in the schema."""
        return {"maxItems": WIDENING * self.at_most}

    def allows(self, value: list[Any]) -> bool:
        """Whether the field may hold this list."""
        return self.at_least <= len(value) <= self.at_most


@dataclass(frozen=True, kw_only=True)
class Texts(Constraint):
    """Annotates a `dict[str, str]`: the fewest and most members, and the most characters of a name and of a value."""

    at_least: int = 0
    at_most: int
    longest_name: int
    longest_value: int

    @property
    def expression(self) -> str:
        """The CEL expression that is true of what the field may hold."""
        of_each = f"size(name) <= {self.longest_name} && size(self[name]) <= {self.longest_value}"
        fewest = [f"size(self) >= {self.at_least}"] if self.at_least else []
        return " && ".join([*fewest, f"size(self) <= {self.at_most}", f"self.all(name, {of_each})"])

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds in the schema."""
        value = {"type": "string", "maxLength": max(WIDEST_TEXT, WIDENING * self.longest_value)}
        return {"maxProperties": WIDENING * self.at_most, "additionalProperties": value}

    def allows(self, value: dict[str, str]) -> bool:
        """Whether the field may hold this map."""
        are_short = all(
            len(name) <= self.longest_name and len(text) <= self.longest_value for name, text in value.items()
        )
        return self.at_least <= len(value) <= self.at_most and are_short


@dataclass(frozen=True, kw_only=True)
class Range(Constraint):
    """Annotates an `int`: the least and the greatest that it may be."""

    at_least: int
    at_most: int

    @property
    def expression(self) -> str:
        """The CEL expression that is true of what the field may hold."""
        return f"self >= {self.at_least} && self <= {self.at_most}"

    def allows(self, value: int) -> bool:
        """Whether the field may hold this number."""
        return self.at_least <= value <= self.at_most


@dataclass(frozen=True)
class Time:
    """Annotates a `datetime` that is written as RFC 3339 has it, with its zone."""

    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the field as a time in UTC."""
        return no_info_after_validator_function(_to_utc, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the field to the API server."""
        year = "int(self.substring(0, 4))"
        is_leap_year = f"{year} % 4 == 0 && ({year} % 100 != 0 || {year} % 400 == 0)"
        is_real = f"!self.matches('^[0-9]{{4}}-02-29') || ({is_leap_year})"
        expression = f"size(self) <= {LONGEST_TIME} && self.matches('{TIME_PATTERN}') && ({is_real})"
        return {"type": "string", "maxLength": WIDEST_TEXT, **cel_rules(rule(expression, self.words))}


def _to_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("It must be between the years 1 and 9999 in UTC.") from None
