"""Functions that write a value in another way."""

import base64
from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError
from graph_simulator.world.expressions.values import Value, write_value

_UNICODE = "utf-16-le"
"""What .NET calls Unicode."""


def _write(write: Callable[[str], str]) -> Callable[[Arguments], Value]:
    """Make a function that writes its argument; null stays null."""

    def written(given: Arguments) -> Value:
        value = given.value(0)
        return None if value is None else write(write_value(value))

    return written


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode(_UNICODE)
    except ValueError as error:
        raise EvaluationError(f"'{text}' is no text in base 64.") from error


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "CStr": _write(str),
    "ConvertToBase64": _write(lambda text: base64.b64encode(text.encode(_UNICODE, "surrogatepass")).decode("ascii")),
    "ConvertFromBase64": _write(_decode),
    "ConvertToUTF8Hex": _write(lambda text: text.encode("utf-8", "surrogatepass").hex().upper()),
    "BitAnd": lambda given: given.number(0) & given.number(1),
    "Redact": lambda given: given.value(0),
}
"""Redact changes only what the provisioning logs show."""
