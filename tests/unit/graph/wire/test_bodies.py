"""Bodies that are too long, packed, cut or malformed."""

import gzip
import zlib

import httpx
import pytest

from entrasync.graph.wire.bodies import PIECE_BYTES, BodyTooLongError, read_body, read_pieces

TEXT = b"abc" * 100_000
REQUEST = httpx.Request("GET", "https://graph.example")


def answer(body: bytes, encoding: str | None = None) -> httpx.Response:
    headers = {} if encoding is None else {"content-encoding": encoding}
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body), request=REQUEST)


class TestReadBody:
    @pytest.mark.parametrize("encoding", [None, "identity", "gzip", "GZIP"])
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
