"""Functions whose value is drawn anew each time."""

from collections.abc import Callable, Mapping
from string import ascii_lowercase, ascii_uppercase, digits
from uuid import UUID

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError
from graph_simulator.world.expressions.values import Value

LONGEST = 256
"""The most characters that RandomString gives."""
_SPECIAL = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
"""The special characters of Windows' rules for passwords, to which the reference points."""


def draw_guid(given: Arguments) -> str:
    """Draw a GUID."""
    return str(UUID(int=given.inputs.random.getrandbits(128), version=4))


def draw_string(given: Arguments) -> str:
    """Draw a text that has at least so many digits, special characters, capitals and small letters."""
    length, avoided = given.number(0), given.text(5)
    kinds = (digits, _SPECIAL, ascii_uppercase, ascii_lowercase)
    parts = [(given.number(place), _without(kind, avoided)) for place, kind in enumerate(kinds, 1)]
    needed = sum(number for number, _ in parts)
    if not needed <= length <= LONGEST or any(number < 0 for number, _ in parts):
        raise EvaluationError(
            f"RandomString cannot give {length} characters: it needs {needed}, and {LONGEST} at most."
        )
    # Special characters are only for those who ask for them.
    others = "".join(kind for number, kind in parts if number or kind is not parts[1][1])
    drawn = [letter for number, kind in (*parts, (length - needed, others)) for letter in _draw(given, kind, number)]
    given.inputs.random.shuffle(drawn)
    return "".join(drawn)


def _without(characters: str, avoided: str) -> str:
    return "".join(character for character in characters if character not in avoided)


def _draw(given: Arguments, characters: str, number: int) -> list[str]:
    if number and not characters:
        raise EvaluationError("RandomString avoids all characters of a kind that it must use.")
    return [given.inputs.random.choice(characters) for _ in range(number)]


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {"Guid": draw_guid, "RandomString": draw_string}
