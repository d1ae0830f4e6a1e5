"""Functions that put texts together and take them apart."""

import re
from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError
from graph_simulator.world.expressions.values import Value, list_texts, write_value


def append(given: Arguments) -> str:
    """Append a suffix. No source tells what becomes of a null source: here it is empty."""
    return given.text(0) + given.text(1)


def join(given: Arguments) -> str:
    """Join all values that are not empty; each value of a list is one of them."""
    texts = [text for value in given.values(1) for text in list_texts(value)]
    return given.text(0).join(text for text in texts if text)


def take_left(given: Arguments) -> str:
    """Take the first characters: all if the number is negative."""
    text, number = given.text(0), given.number(1)
    return text if number < 0 else text[:number]


def take_middle(given: Arguments) -> Value:
    """Take a part; the first character has the index 1."""
    source, start, length = given.value(0), given.number(1), given.number(2)
    if start < 1 or length < 0:
        raise EvaluationError(f"Mid cannot take {length} characters from the index {start} on: the first index is 1.")
    return None if source is None else write_value(source)[start - 1 : start - 1 + length]


def take_word(given: Arguments) -> str:
    """Take one of the words, which any of the delimiters separates; empty if there is none of that number."""
    text, number, delimiters = given.text(0), given.number(1), given.text(2)
    pattern = f"[{re.escape(delimiters)}]+" if delimiters else "(?!)"
    words = [word for word in re.split(pattern, text) if word]
    return words[number - 1] if 1 <= number <= len(words) else ""


def find_text(given: Arguments) -> int:
    """Find where a text first occurs in another, from 1; 0 if it does not, as in Visual Basic."""
    text, wanted = given.text(0), given.text(1)
    start = given.number(2) if given.find(2) else 1
    if start < 1:
        raise EvaluationError(f"InStr cannot start at {start}: the first position is 1.")
    match given.text(3):
        case "vbTextCompare":
            text, wanted = text.lower(), wanted.lower()
        case "" | "vbBinaryCompare":
            pass
        case other:
            raise EvaluationError(f"InStr compares by vbTextCompare or vbBinaryCompare, not by '{other}'.")
    return text.find(wanted, start - 1) + 1


def _change(change: Callable[[str], str]) -> Callable[[Arguments], Value]:
    """Make a function that changes its first argument; null stays null."""

    def changed(given: Arguments) -> Value:
        value = given.value(0)
        return None if value is None else change(write_value(value))

    return changed


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "Append": append,
    "Prepend": append,
    "Join": join,
    "Left": take_left,
    "Mid": take_middle,
    "Word": take_word,
    "InStr": find_text,
    "StripSpaces": _change(lambda text: text.replace(" ", "")),
    "Trim": _change(str.strip),
}
