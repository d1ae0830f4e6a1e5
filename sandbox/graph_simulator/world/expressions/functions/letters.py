"""Functions that change letters: their case and their diacritics."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.values import Value, write_value

_CULTURE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DOTTED = frozenset({"tr", "az"})
"""The languages in which the capital of i has a dot, and I is the capital of a dotless one."""
_OTHER_RULES = frozenset({"lt"})
_DOTLESS = "\N{LATIN SMALL LETTER DOTLESS I}"
_REPLACED = str.maketrans({
    "æ": "ae", "Æ": "AE", "ø": "oe", "Ø": "OE", "œ": "oe", "Œ": "OE",
    "ß": "ss", "ł": "l", "Ł": "L", _DOTLESS: "i",
})  # fmt: skip
"""What the reference's table replaces that is no letter with a mark."""
_SEPARATORS = frozenset(
    {"Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"}
)
"""The categories of characters that separate words for PCase, unless it is told which characters do."""


def lower(given: Arguments) -> Value:
    """Make all letters small, by the rules of a culture or else of the invariant one."""
    return _change_case(given, str.lower, {"I": _DOTLESS, "İ": "i"})


def upper(given: Arguments) -> Value:
    """Make all letters capitals, by the rules of a culture or else of the invariant one."""
    return _change_case(given, str.upper, {"i": "İ", _DOTLESS: "I"})


def _change_case(given: Arguments, change: Callable[[str], str], dotted: Mapping[str, str]) -> Value:
    source, culture = given.value(0), given.text(1)
    language = culture.partition("-")[0].lower()
    if culture and not _CULTURE.fullmatch(culture):
        raise EvaluationError(f"'{culture}' is no name of a culture, such as en-US.")
    if language in _OTHER_RULES:
        raise UnsimulatedError(f"The culture {culture}", "Its rules for letters with marks are not those of .NET here.")
    if source is None:
        return None
    special = dotted if language in _DOTTED else {}
    return "".join(special.get(letter) or _change_letter(letter, change) for letter in write_value(source))


def _change_letter(letter: str, change: Callable[[str], str]) -> str:
    """Change a letter as .NET does: never to two letters, and not the Turkish ones of the invariant culture."""
    changed = change(letter)
    return letter if len(changed) != 1 or letter in {_DOTLESS, "İ"} else changed


def capitalize_words(given: Arguments) -> Value:
    """Begin each word with a capital, and make all other letters small."""
    source, separators = given.value(0), given.text(1)
    if source is None:
        return None
    written, in_word = "", False
    for letter in write_value(source):
        small = _change_letter(letter, str.lower)
        starts = not in_word and (bool(separators) or letter.isalpha())
        if _separates(letter, separators):
            in_word = False
        elif starts:
            small, in_word = _change_letter(letter, str.upper), True
        written += small
    return written


def _separates(letter: str, separators: str) -> bool:
    """Check whether a character ends a word. An apostrophe does not, as in .NET's ToTitleCase."""
    return letter in separators if separators else letter != "'" and unicodedata.category(letter) in _SEPARATORS


def normalize_diacritics(given: Arguments) -> Value:
    """Replace Latin letters with marks by those without."""
    source = given.value(0)
    if source is None:
        return None
    text, written = unicodedata.normalize("NFD", write_value(source).translate(_REPLACED)), ""
    for letter in text:
        is_mark = unicodedata.category(letter) == "Mn"
        if not (is_mark and written and unicodedata.name(written[-1], "").startswith("LATIN ")):
            written += letter
    return unicodedata.normalize("NFC", written.translate(_REPLACED))


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "ToLower": lower,
    "ToUpper": upper,
    "PCase": capitalize_words,
    "NormalizeDiacritics": normalize_diacritics,
}
