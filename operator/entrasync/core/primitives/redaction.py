"""Redacts secrets in texts of others: a refusal may quote a value, whole or in part, often in another encoding."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MASK = "*"
"""Replaces a secret."""

MIN_SECRET_LENGTH = 4
"""In characters. Shorter values, such as `1` or `No`, stay: without them a message would be unreadable."""

FRAGMENT_LENGTH = 8
"""In characters, without white space. So many consecutive characters of a secret are redacted wherever they stand.

A shortened quote shows the beginning or the end of a secret.
"""

MAX_TEXT_LENGTH = 8192
"""In characters. The rest of a text is cut off, which bounds the cost of a search."""

MAX_SINGLE_SEARCHES = 256
"""Up to so many fragments are searched for one by one, which is fastest for the usual short text."""

MAX_SECRETS_LENGTH = 16 * 1024
"""In characters, all secrets together. With more of them every text is redacted as a whole."""

_SPACE = re.compile(rb"\s")
_SPACE_OR_PLUS = re.compile(rb"[\s+]")  # `+` is a space in a form that was posted
_ESCAPE = re.compile(rb"""%[0-9A-Fa-f]{2}|(?:\\u[0-9A-Fa-f]{4})+|\\[bfnrt"'/\\]|&#?[0-9A-Za-z]{1,8};""")


class Redactor:
    """Redacts values: as they are, without their white space, escaped for JSON, URLs or HTML, and in Base64.

    Fragments of values with at least `FRAGMENT_LENGTH` characters are redacted too. The cost is bounded for every text
    and for all values.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        values = [value for value in secrets if len(value.strip()) >= MIN_SECRET_LENGTH]
        self._masks_everything = sum(map(len, values)) > MAX_SECRETS_LENGTH
        forms = (
            set[bytes]()
            if self._masks_everything
            else {form for value in values for form in _encode_in_all_forms(value)}
        )
        self._short_forms = sorted(form for form in forms if len(form) < FRAGMENT_LENGTH)
        self._long_forms = b"\n".join(
            sorted(form for form in forms if len(form) >= FRAGMENT_LENGTH)
        )  # no form has white space

    def __repr__(self) -> str:
        return "Redactor()"

    def redact(self, text: str) -> str:
        """Replace each secret and each fragment of one by `*`."""
        if self._masks_everything:
            return MASK if text else ""
        if not self._short_forms and not self._long_forms:
            return text
        text = text[:MAX_TEXT_LENGTH]
        is_masked = bytearray(len(text))
        for decoding in _decode_in_all_ways(text):
            for begin, end in self._find(decoding.data):
                first, last = decoding.begins[begin], decoding.ends[end - 1]
                is_masked[first:last] = b"\1" * (last - first)
        return "".join(_mask(text, is_masked))

    def _find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where secrets and fragments begin and end."""
        for form in self._short_forms:
            yield from ((found.start(), found.end()) for found in re.finditer(re.escape(form), data))
        fragments = [data[begin : begin + FRAGMENT_LENGTH] for begin in range(len(data) - FRAGMENT_LENGTH + 1)]
        known = self._find_fragments(frozenset(fragments))
        yield from ((begin, begin + FRAGMENT_LENGTH) for begin, fragment in enumerate(fragments) if fragment in known)

    def _find_fragments(self, fragments: frozenset[bytes]) -> frozenset[bytes]:
        """Find the fragments of secrets: a few by one search each, many by one walk over the secrets."""
        if len(fragments) <= MAX_SINGLE_SEARCHES:
            return frozenset(fragment for fragment in fragments if fragment in self._long_forms)
        steps = range(len(self._long_forms) - FRAGMENT_LENGTH + 1)
        return fragments & {self._long_forms[begin : begin + FRAGMENT_LENGTH] for begin in steps}


@dataclass(frozen=True)
class _Decoding:
    """One possible meaning of a text, in UTF-8, and which characters of the text each byte stands for."""

    data: bytes
    begins: list[int]
    ends: list[int]

    def unescaped(self) -> "_Decoding":
        """Replace all escapes by what they stand for."""
        data, begins, ends, done = bytearray(), list[int](), list[int](), 0
        for escape in _ESCAPE.finditer(self.data):
            meaning = _unescape(escape[0])
            start, end = escape.span()
            data += self.data[done:start] + meaning
            begins += self.begins[done:start] + [self.begins[start]] * len(meaning)
            ends += self.ends[done:start] + [self.ends[end - 1]] * len(meaning)
            done = end
        return _Decoding(bytes(data + self.data[done:]), begins + self.begins[done:], ends + self.ends[done:])

    def without(self, pattern: re.Pattern[bytes]) -> "_Decoding":
        """Leave out the bytes that match a pattern of one byte."""
        kept = [index for index in range(len(self.data)) if not pattern.match(self.data, index)]
        data = bytes(self.data[index] for index in kept)
        return _Decoding(data, [self.begins[index] for index in kept], [self.ends[index] for index in kept])


def _decode_in_all_ways(text: str) -> Iterable[_Decoding]:
    """Decode a text: as it is, with escapes resolved once and twice, and as a posted form; all without white space."""
    data, indices = bytearray(), list[int]()
    for index, character in enumerate(text):
        encoded = _encode(character)
        data += encoded
        indices += [index] * len(encoded)
    plain = _Decoding(bytes(data), indices, [index + 1 for index in indices])
    once = plain.unescaped()
    decodings = (plain, once, once.unescaped(), plain.without(_SPACE_OR_PLUS).unescaped())
    return {decoding.data: decoding for decoding in (each.without(_SPACE) for each in decodings)}.values()


def _encode_in_all_forms(value: str) -> Iterator[bytes]:
    """Yield a value and its Base64 in both alphabets, for every position that it may have in the encoded data."""
    yield _SPACE.sub(b"", _encode(value))
    for data in {_encode(value), _encode(value.strip())}:
        for before in range(3):  # bytes in front of the value, such as `user:`, shift its Base64
            whole = base64.b64encode(bytes(before) + data)
            own = whole[-(-before * 8 // 6) :]
            inner = whole[
                -(-before * 8 // 6) : (before + len(data)) * 8 // 6
            ]  # the part that later bytes leave as it is
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
    return text.encode("utf-8", "surrogatepass")  # a response may have a lone surrogate, which must not raise


def _mask(text: str, is_masked: bytearray) -> Iterator[str]:
    """Yield the text with each run of masked characters replaced by one `*`."""
    for index, character in enumerate(text):
        if not is_masked[index]:
            yield character
        elif not index or not is_masked[index - 1]:
            yield MASK
