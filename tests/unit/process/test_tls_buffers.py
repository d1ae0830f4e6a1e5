"""The memory of TLS connections."""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol

import pytest

from entrasync.process.tls_buffers import TLS_BUFFER_BYTES, limit_tls_buffers


async def test_a_tls_connection_takes_no_more_than_its_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SSLProtocol, "max_size", SSLProtocol.max_size)  # undone after this test
    limit_tls_buffers()
    context, loop = ssl.create_default_context(), asyncio.get_running_loop()
    connection = SSLProtocol(loop, asyncio.Protocol(), context, loop.create_future(), server_hostname="graph")
    size = len(connection.get_buffer(0))
    connection.connection_lost(None)
    assert size == TLS_BUFFER_BYTES
