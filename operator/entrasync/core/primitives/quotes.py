"""Texts of others as messages can carry them: valid UTF-8, on one line, and no longer than there is room for."""

from entrasync.core.primitives.utf8 import repair

CUT = " [...] "
"""Stands where a text was cut."""

MAX_QUOTE_LENGTH = 1024
"""The longest text of others that a message quotes, in characters. It leaves room for the operator's own words."""


def shorten(text: str, max_length: int = MAX_QUOTE_LENGTH) -> str:
    """Return a text on one line of at most `max_length` characters.

    Control characters and line breaks become spaces. A longer text loses its middle, because the code that matters may
    stand at its end.
    """
    line = repair(text)
    if not line.isprintable():
        line = "".join(character if character.isprintable() else " " for character in line)
    line = " ".join(line.split())
    if len(line) <= max_length:
        return line
    tail = (max_length - len(CUT)) // 3
    head = max_length - len(CUT) - tail
    return line[:head] + CUT + line[len(line) - tail :]
