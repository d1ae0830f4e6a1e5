"""Bodies that are too long, packed, cut or malformed."""

import gzip
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest

from entrasync.graph.wire.bodies import PIECE_BYTES, BodyTooLongError, read_body, read_pieces

TEXT = b"abc" * 100_000
PACKED = gzip.compress(TEXT)
REQUEST = httpx.Request("GET", "https://graph.example")


def answer(body: bytes, encoding: str | None = None) -> httpx.Response:
    headers = {} if encoding is None else {"content-encoding": encoding}
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body), request=REQUEST)


class Parts(httpx.AsyncByteStream):
    """A body that comes in these parts, and counts how many were taken."""

    def __init__(self, *parts: bytes) -> None:
        self.parts, self.taken = parts, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            self.taken += 1
            yield part


def answer_in_parts(parts: Parts) -> httpx.Response:
    return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=parts, request=REQUEST)


class TestReadBody:
    @pytest.mark.parametrize("encoding", [None, "", " ", "identity", "gzip", "GZIP"])
    async def test_returns_what_was_sent(self, encoding: str | None) -> None:
        sent = gzip.compress(TEXT) if encoding and encoding.lower() == "gzip" else TEXT
        assert await read_body(answer(sent, encoding), len(TEXT)) == TEXT

    @pytest.mark.parametrize("encoding", [None, "gzip"])
    async def test_refuses_one_byte_too_many(self, encoding: str | None) -> None:
        sent = gzip.compress(TEXT) if encoding else TEXT
        with pytest.raises(BodyTooLongError):
            await read_body(answer(sent, encoding), len(TEXT) - 1)

    @pytest.mark.parametrize("encoding", [None, "gzip"])
    async def test_accepts_an_empty_body(self, encoding: str | None) -> None:
        assert await read_body(answer(b"", encoding), 0) == b""

    @pytest.mark.parametrize(
        ("sent", "encoding"),
        [
            (b"no gzip at all", "gzip"),
            (gzip.compress(TEXT)[:-20], "gzip"),
            (zlib.compress(TEXT), "deflate"),
            (TEXT, "br"),
            (gzip.compress(gzip.compress(TEXT)), "gzip, gzip"),
        ],
        ids=["no gzip", "cut", "deflate", "brotli", "packed twice"],
    )
    async def test_refuses_what_cannot_be_unpacked(self, sent: bytes, encoding: str) -> None:
        with pytest.raises(httpx.DecodingError):
            await read_body(answer(sent, encoding), len(TEXT))

    @pytest.mark.parametrize("size", [1, 7, len(PACKED) - 1, len(PACKED)])
    async def test_reads_a_packed_body_in_parts_of_any_size(self, size: int) -> None:
        parts = Parts(*(PACKED[start : start + size] for start in range(0, len(PACKED), size)), b"")
        assert await read_body(answer_in_parts(parts), len(TEXT)) == TEXT

    @pytest.mark.parametrize("rest", [b"x", b"\0" * 1_000_000, PACKED], ids=["a byte", "zeros", "another body"])
    @pytest.mark.parametrize("is_apart", [False, True])
    async def test_refuses_bytes_after_the_end_of_a_packed_body(self, rest: bytes, is_apart: bool) -> None:
        parts = Parts(PACKED, b"", rest, b"never read") if is_apart else Parts(PACKED + rest, b"never read")
        with pytest.raises(httpx.DecodingError):
            await read_body(answer_in_parts(parts), len(TEXT))
        assert parts.taken == len(parts.parts) - 1

    async def test_asks_before_it_keeps_more(self) -> None:
        asked: list[int] = []

        async def grow(size: int) -> None:
            asked.append(size)

        await read_body(answer(gzip.compress(TEXT), "gzip"), len(TEXT), grow=grow)
        assert sum(asked) == len(TEXT)


class TestReadPieces:
    async def test_unpacks_a_little_at_a_time(self) -> None:
        sizes = [len(piece) async for piece in read_pieces(answer(gzip.compress(b" " * 50_000_000), "gzip"))]
        assert sum(sizes) == 50_000_000
        assert max(sizes) <= PIECE_BYTES
