"""Durations as Go and Kubernetes write them: `90s`, `5m`, `1h30m`. Graph's, in ISO 8601, are not read here."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core.core_schema import CoreSchema, no_info_before_validator_function

from entrasync.api.constraints import WIDEST_TEXT
from entrasync.api.model import cel_rules, rule

_HOURS, _MINUTES, _SECONDS = "[0-9]{1,5}h", "[0-9]{1,5}m", "[0-9]{1,5}s"

GO_DURATION_PATTERN = f"^({_HOURS}({_MINUTES})?({_SECONDS})?|{_MINUTES}({_SECONDS})?|{_SECONDS})$"
"""Whole hours, minutes and seconds, in this order. The number of digits is bounded so that no sum overflows."""

LONGEST_GO_DURATION = len("99999h99999m99999s")

WORDS = "A duration is written in whole hours, minutes and seconds without a sign, such as 90s, 5m or 1h30m."

_PARTS = re.compile(r"(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})s)?")


def parse_go_duration(text: str) -> timedelta:
    """Read a duration such as `90s`, `5m` or `1h30m`.

    Raises:
        ValueError: The text is anything else. The message shows how to write a duration.
    """
    found = _PARTS.fullmatch(text)
    if not text or found is None:
        raise ValueError(
            f'"{text}" is no duration. Write whole hours, minutes and seconds without a sign, such as 90s, 5m or 1h30m.'
        )
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True)
class GoDuration:
    """Annotates a `timedelta` field: its text is a Go duration within two bounds.

    Each bound is the text of a duration and the sentence that a refusal gives as its reason.
    """

    at_least: tuple[str, str]
    at_most: tuple[str, str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the field from text."""
        return no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the field to the API server."""
        (shortest, why_not_shorter), (longest, why_not_longer) = self.at_least, self.at_most
        has_form = f"size(self) <= {LONGEST_GO_DURATION} && self.matches('{GO_DURATION_PATTERN}')"
        # The bounds hold for what has no form, or the conversion would fail and its error stand beside the words.
        return {
            "type": "string",
            "maxLength": WIDEST_TEXT,
            **cel_rules(
                rule(has_form, f"{WORDS} It is at least {shortest} and at most {longest}."),
                rule(
                    f"!({has_form}) || duration(self) >= duration('{shortest}')",
                    f"The duration must be at least {shortest}. {why_not_shorter}",
                ),
                rule(
                    f"!({has_form}) || duration(self) <= duration('{longest}')",
                    f"The duration must be at most {longest}. {why_not_longer}",
                ),
            ),
        }

    def _read(self, value: object) -> timedelta:
        shortest, longest = self.at_least[0], self.at_most[0]
        bounds = f"It must be at least {shortest} and at most {longest}."
        try:
            duration = value if isinstance(value, timedelta) else parse_go_duration(str(value))
        except ValueError as error:
            raise ValueError(f"{error} {bounds}") from None
        if not parse_go_duration(shortest) <= duration <= parse_go_duration(longest):
            raise ValueError(bounds)
        return duration
