"""Health and metrics over plain HTTP, for the kubelet and Prometheus."""

import logging
import socket
from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from entrasync.process.observability.metrics import Metrics

LOG = logging.getLogger("entrasync.health")

Check = Callable[[], str | None]
"""Returns what is wrong, or None."""


class HealthServer:
    """Serves `/healthz` (the kubelet restarts the pod when it fails), `/readyz` (the operator works) and `/metrics`."""

    def __init__(self, metrics: Metrics, *, liveness: Check, readiness: Check) -> None:
        self._metrics = metrics
        self._liveness = liveness
        self._readiness = readiness
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Start listening; an empty host means all addresses, and port 0 takes a free one.

        Raises:
            OSError: The port is taken, or the address is not this machine's.
        """
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._show_metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port) if host else web.SockSite(self._runner, _listen_everywhere(port))
        await site.start()
        self.port = self._runner.addresses[0][1]
        LOG.info("Health and metrics listen on port %d.", self.port)

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        return _answer(self._liveness())

    async def _readyz(self, _: web.Request) -> web.Response:
        return _answer(self._readiness())

    async def _show_metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _listen_everywhere(port: int) -> socket.socket:
    """Listen on all addresses of IPv4 and IPv6 by one socket; of IPv4 only where the machine has no IPv6."""
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


def _answer(fault: str | None) -> web.Response:
    return web.Response(text="ok\n") if fault is None else web.Response(status=503, text=f"{fault}\n")
