"""Hides secrets in foreign words: whoever refuses a value may quote it, whole or in part, and seldom as it was sent."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MASK = "*"
"""Stands where a secret stood."""

MIN_SECRET_LENGTH = 4
"""Characters; to hide shorter values, such as `1` or `No`, would only make the words unreadable."""

FRAGMENT_LENGTH = 8
"""Characters in a row of a secret that are hidden wherever they stand: shortened quotes show its beginning or end.

White space does not count.
"""

MAX_TEXT_LENGTH = 8192
"""Characters of a text that are searched; what comes after them is left out."""

MAX_SINGLE_SEARCHES = 256
"""So many are looked for one by one, which is quickest for the usual short text."""

MAX_SECRETS_LENGTH = 16 * 1024
"""Characters of secrets that are searched for. With more of them a text is hidden as a whole."""

_SPACE = re.compile(rb"\s")
_SPACE_OR_PLUS = re.compile(rb"[\s+]")  # `+` is a space in a form that was posted
_ESCAPE = re.compile(rb"""%[0-9A-Fa-f]{2}|(?:\\u[0-9A-Fa-f]{4})+|\\[bfnrt"'/\\]|&#?[0-9A-Za-z]{1,8};""")


class Redactor:
    """Hides some values: as they are, without their white space, escaped for JSON, URLs or HTML, and in Base64.

    A value of eight characters or more is found in pieces too. The cost is bounded, whatever the text and the values.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        values = [value for value in secrets if len(value.strip()) >= MIN_SECRET_LENGTH]
        self._is_whole = sum(map(len, values)) > MAX_SECRETS_LENGTH
        forms = set[bytes]() if self._is_whole else {form for value in values for form in _write_in_all_forms(value)}
        self._short = sorted(form for form in forms if len(form) < FRAGMENT_LENGTH)
        self._long = b"\n".join(
            sorted(form for form in forms if len(form) >= FRAGMENT_LENGTH)
        )  # no form has white space

    def __repr__(self) -> str:
        return "Veil()"

    def redact(self, text: str) -> str:
        """Put `*` in place of each secret and each piece of one."""
        if self._is_whole:
            return MASK if text else ""
        if not self._short and not self._long:
            return text
        text = text[:MAX_TEXT_LENGTH]
        hidden = bytearray(len(text))
        for reading in _read_in_all_ways(text):
            for begin, end in self._find(reading.data):
                first, last = reading.begins[begin], reading.ends[end - 1]
                hidden[first:last] = b"\1" * (last - first)
        return "".join(_write(text, hidden))

    def _find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where secrets and pieces begin and end."""
        for form in self._short:
            yield from ((found.start(), found.end()) for found in re.finditer(re.escape(form), data))
        fragments = [data[begin : begin + FRAGMENT_LENGTH] for begin in range(len(data) - FRAGMENT_LENGTH + 1)]
        known = self._find_fragments(frozenset(fragments))
        yield from ((begin, begin + FRAGMENT_LENGTH) for begin, fragment in enumerate(fragments) if fragment in known)

    def _find_fragments(self, fragments: frozenset[bytes]) -> frozenset[bytes]:
        """Find those that are pieces of secrets: few by a search each, many in one walk along the secrets."""
        if len(fragments) <= MAX_SINGLE_SEARCHES:
            return frozenset(fragment for fragment in fragments if fragment in self._long)
        steps = range(len(self._long) - FRAGMENT_LENGTH + 1)
        return fragments & {self._long[begin : begin + FRAGMENT_LENGTH] for begin in steps}


@dataclass(frozen=True)
class _Reading:
    """A text as somebody may have meant it, in UTF-8. Each byte stands for some characters of the text."""

    data: bytes
    begins: list[int]
    ends: list[int]

    def unescaped(self) -> "_Reading":
        """Read all escapes as what they stand for."""
        data, begins, ends, done = bytearray(), list[int](), list[int](), 0
        for escape in _ESCAPE.finditer(self.data):
            meaning = _unescape(escape[0])
            start, end = escape.span()
            data += self.data[done:start] + meaning
            begins += self.begins[done:start] + [self.begins[start]] * len(meaning)
            ends += self.ends[done:start] + [self.ends[end - 1]] * len(meaning)
            done = end
        return _Reading(bytes(data + self.data[done:]), begins + self.begins[done:], ends + self.ends[done:])

    def without(self, pattern: re.Pattern[bytes]) -> "_Reading":
        """Leave out single bytes."""
        kept = [place for place in range(len(self.data)) if not pattern.match(self.data, place)]
        data = bytes(self.data[place] for place in kept)
        return _Reading(data, [self.begins[place] for place in kept], [self.ends[place] for place in kept])


def _read_in_all_ways(text: str) -> Iterable[_Reading]:
    """Read a text as it stands, with escapes read once and twice, and as a posted form; all without white space."""
    data, places = bytearray(), list[int]()
    for place, letter in enumerate(text):
        written = _encode(letter)
        data += written
        places += [place] * len(written)
    plain = _Reading(bytes(data), places, [place + 1 for place in places])
    once = plain.unescaped()
    readings = (plain, once, once.unescaped(), plain.without(_SPACE_OR_PLUS).unescaped())
    return {reading.data: reading for reading in (each.without(_SPACE) for each in readings)}.values()


def _write_in_all_forms(value: str) -> Iterator[bytes]:
    """Yield a value and its Base64 in both alphabets, wherever in the encoded text it begins and ends."""
    yield _SPACE.sub(b"", _encode(value))
    for data in {_encode(value), _encode(value.strip())}:
        for before in range(3):  # bytes encoded together with the first ones, such as `user:`
            whole = base64.b64encode(bytes(before) + data)
            own = whole[-(-before * 8 // 6) :]
            inner = whole[-(-before * 8 // 6) : (before + len(data)) * 8 // 6]  # what follows does not change these
            for form in (own, inner):
                yield form
                yield form.replace(b"+", b"-").replace(b"/", b"_")


def _unescape(escape: bytes) -> bytes:
    if escape.startswith(b"%"):
        return bytes([int(escape[1:], 16)])
    if escape.startswith(b"&"):
        return _encode(html.unescape(escape.decode()))
    if escape == b"\\'":
        return b"'"
    return _encode(json.loads(f'"{escape.decode()}"'))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # answers may hold half a pair, which must not end the search


def _write(text: str, hidden: bytearray) -> Iterator[str]:
    """Yield what is to be seen, each row of hidden characters as one mark."""
    for place, letter in enumerate(text):
        if not hidden[place]:
            yield letter
        elif not place or not hidden[place - 1]:
            yield MASK
