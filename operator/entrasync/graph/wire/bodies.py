"""Reads bodies of limited size. The limit holds for what is unpacked: a small body cannot become a large one."""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

PIECE_BYTES = 64 * 1024
"""So much is unpacked at once."""

GZIP = zlib.MAX_WBITS | 16
"""zlib's parameter for gzip, the only compression that is accepted."""


class BodyTooLongError(Exception):
    """A body is longer than its limit."""


async def read_pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield a streamed body piece by piece, unpacked.

    Raises `httpx.DecodingError` for a compression that was not asked for, and for a body that is malformed, cut or
    followed by more.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        async for raw in response.aiter_raw():
            yield raw
        return
    if encoding != "gzip":
        raise httpx.DecodingError("a compression that was not asked for", request=response.request)
    try:
        async for piece in _unpack(response):
            yield piece
    except zlib.error as error:
        raise httpx.DecodingError("malformed compression", request=response.request) from error


async def _unpack(response: httpx.Response) -> AsyncIterator[bytes]:
    unpacker, is_empty = zlib.decompressobj(GZIP), True
    async for raw in response.aiter_raw():
        packed, is_empty = raw, is_empty and not raw
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, PIECE_BYTES)
            packed = unpacker.unconsumed_tail or unpacker.unused_data
        if packed:  # zlib would keep all of it, without a limit
            raise httpx.DecodingError("bytes after the end of the compression", request=response.request)
    yield unpacker.flush()
    if not (unpacker.eof or is_empty):  # a 204 may name a compression
        raise httpx.DecodingError("a compression that ends too early", request=response.request)


async def ignore_growth(size: int) -> None:
    """Do nothing."""


async def read_body(
    response: httpx.Response, max_bytes: int, *, grow: Callable[[int], Awaitable[None]] = ignore_growth
) -> bytes:
    """Read a streamed body of at most `max_bytes`. `grow` is awaited before so many bytes more are kept.

    Raises `BodyTooLongError` and what `read_pieces` raises.
    """
    body = bytearray()
    async for piece in read_pieces(response):
        if len(body) + len(piece) > max_bytes:
            raise BodyTooLongError
        await grow(len(piece))
        body += piece
    return bytes(body)
