"""What may be wrong with a message, one rule for each fault, named by it.

A rule returns the piece of the text that shows the fault, or None.
"""

import re
from collections.abc import Callable

from tests.support.messages.samples import NAMES

Rule = Callable[[str], str | None]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LONGEST = 1000
"""Characters of a message with one sample in each place. The rest of 2 KiB is for lists and for the words of others."""

FIRST = re.compile(
    r"[A-Z0-9*\"]|spec\.|status\.|managementPolicy|deletionPolicy|pollInterval|caFile|--[a-z]|entrasync\.io/"
)
"""A capital letter, or what is written as it is: a field, a flag, an annotation."""

VERBS = _words("""
    add allow annotate apply ask assign change check choose correct create delete do enable enter find follow free
    give grant install label let list log look make mend move name point put remove rename renew resume restart
    restore retry run say see set start take tell upload use wait write
""")
"""What a person can be told to do. A sentence, or what follows a colon, a semicolon or a comma, begins with one."""

PLACES = (
    r"\bspec\b|\bstatus\.|--[a-z]|ENTRASYNC_|AZURE_|KUBECONFIG|entrasync\.io|https://|\b(SynchronizationJob|Secret|Graph"
    r"Connection|ServiceAccount|Namespace|namespace|cluster|CRD|tenant|[Jj]ob|[Ss]ervice principal|certificate|key|"
    r"endpoint|file|install|[Cc]loud|token|spec|API server|secret)\b"
)


def _first(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return found[0] if found else None


def begins_without_capital_or_name(text: str) -> str | None:
    return None if FIRST.match(text) or text.startswith(NAMES) else text[:30]


def ends_without_full_stop(text: str) -> str | None:
    return None if text.endswith(".") else text[-30:]


def has_doubled_or_stray_spaces(text: str) -> str | None:
    return text[-5:] if text != text.strip() else _first(r"\S*  \S*|\S* [.,;:](?=\s|$)", text)


def breaks_the_line(text: str) -> str | None:
    return _first(r".{0,20}[\n\r\t]", text)


def joins_without_space(text: str) -> str | None:
    """Find two sentences, or a sentence and a name, that stand together without a space."""
    return _first(r"[a-z)][.;,][A-Z][a-z]+ \w*|(?<!contoso)\.contoso\w*", text)


def doubles_its_punctuation(text: str) -> str | None:
    return _first(r"[^\[. ]*(?<!\.)\.\.(?!\.)|[.][;:,](?=\s|$)|[;:,]\.|[.]\)\.|;;", text)


def shows_none(text: str) -> str | None:
    return _first(r".{0,20}\bNone\b(?! of | is )", text)


def shows_python(text: str) -> str | None:
    """Find what repr() writes: quoted texts, lists, sets, objects, and names of exceptions."""
    return _first(r"(?<!\w)'[^']*'|[\[{(]'|<\w+ object|\bdatetime\.\w+|\w+(Error|Exception)\b:?", text)


def chains_errors(text: str) -> str | None:
    return _first(r"\b[Ee]rror: .*", text)


def has_half_a_sentence(text: str) -> str | None:
    """Find an afterthought without a subject, such as "; tried again"."""
    return _first(r"[;:,] (tried|trying|waiting|looked|one at a time)\b.*", text)


def names_a_time_without_zone(text: str) -> str | None:
    return _first(r"(?<!\d)\d\d:\d\d(:\d\d)?(?!\d|:| UTC|Z|\.\d|[+-]\d\d:)", text)


def is_too_long(text: str) -> str | None:
    return f"{len(text)} characters" if len(text) > LONGEST else None


FAULTS: tuple[Rule, ...] = (
    begins_without_capital_or_name,
    ends_without_full_stop,
    has_doubled_or_stray_spaces,
    breaks_the_line,
    joins_without_space,
    doubles_its_punctuation,
    shows_none,
    shows_python,
    chains_errors,
    has_half_a_sentence,
    names_a_time_without_zone,
    is_too_long,
)
"""What no message may have."""


def does_not_say_what_to_do(text: str) -> str | None:
    """Find that no clause begins with a verb of advice."""
    if re.search(r"\bmust\b|\bis needed\b|\btried again\b", text):
        return None
    openings = re.findall(r"(?:^|[.;:,(] |\b(?:or|and|then|Or|Else) )(?:first |please )?([A-Za-z]+)", text)
    return None if VERBS & {word.lower() for word in openings} else text


def does_not_say_where(text: str) -> str | None:
    return None if re.search(PLACES, text) or any(name in text for name in NAMES) else text


FAULTS_OF_A_CALL_TO_A_PERSON: tuple[Rule, ...] = (does_not_say_what_to_do, does_not_say_where)
"""What no message may have that stalls, warns or refuses."""
