"""The endpoints of health and metrics, over real sockets."""

import asyncio
import socket

import pytest

from entrasync.process.observability.health import HealthServer
from entrasync.process.observability.metrics import Metrics


async def ask(host: str) -> str:
    """Start the server where it listens by default, and ask it at an address of this machine."""
    server = HealthServer(Metrics(), liveness=lambda: None, readiness=lambda: None)
    await server.start("", 0)
    try:
        reader, writer = await asyncio.open_connection(host, server.port)
        writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = (await reader.read()).decode()
        writer.close()
        return answer
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        pytest.param("::1", marks=pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6 here")),
    ],
)
def test_the_probes_are_answered_at_addresses_of_both_families(host: str) -> None:
    assert asyncio.run(ask(host)).startswith("HTTP/1.0 200 OK")


def test_a_port_that_is_taken_is_an_error() -> None:
    async def start_twice() -> None:
        first, second = (HealthServer(Metrics(), liveness=lambda: None, readiness=lambda: None) for _ in range(2))
        await first.start("", 0)
        try:
            await second.start("", first.port)
        finally:
            await first.stop()
            await second.stop()

    with pytest.raises(OSError, match="in use"):
        asyncio.run(start_twice())
