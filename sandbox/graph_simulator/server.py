"""Serves the simulator over TLS, and writes how to reach it into its folder."""

import asyncio
import json
import os
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
import uvicorn

from graph_simulator.app import SimulatorApp
from graph_simulator.identity.applications import DEFAULT_CLIENT, DEFAULT_SECRET
from graph_simulator.world.directory import DEFAULT_TENANT

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate with its key, for `localhost` at least, and that of its authority. All are PEM files."""

    chain: Path
    key: Path | None
    """Where the key is; None for the file of the certificate."""
    authority: Path

    @classmethod
    def mounted(cls, folder: Path) -> "Certificate":
        """Name the files of a Secret of Kubernetes for TLS, as they are mounted."""
        return cls(chain=folder / "tls.crt", key=folder / "tls.key", authority=folder / "ca.crt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the simulator listens, and by which address clients reach it."""

    host: str = LOOPBACK
    port: int = 0
    metadata_port: int = 0
    url: str = ""
    """The address that clients use; empty: that of localhost."""
    certificate: Certificate | None = None
    """None: one of a new authority, whose certificate goes to `ca.pem`."""


def serve(app: SimulatorApp, directory: Path, address: Address, *, die_with_parent: bool = False) -> None:
    """Serve over TLS, and the machine's metadata by plain HTTP on another port of loopback, until SIGTERM.

    Writes `world.json` into the folder once it accepts connections; then prints one line.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "world.json").unlink(missing_ok=True)
    listener = _listen(address.host, address.port)
    port = listener.getsockname()[1]
    url = address.url or f"https://localhost:{port}"
    metadata = _listen(LOOPBACK, address.metadata_port)
    app.simulator.metadata_url = f"http://127.0.0.1:{metadata.getsockname()[1]}"
    mint = app.simulator.identity.mint
    mint.resources, mint.graph_roots = (*mint.resources, url), (url,)
    certificate = address.certificate or _issue_certificate(directory)
    server = _Server(_configure(app, certificate))
    server.announce = lambda: _announce(app, directory, url, port=port, authority=certificate.authority)
    server.metadata = metadata
    server.parent = os.getppid() if die_with_parent else None
    with listener, metadata:
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only if the protocol is named; else each answer would take 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


class _Server(uvicorn.Server):
    """A server that announces when it accepts connections, and that may end with its parent."""

    announce: Callable[[], Awaitable[None]]
    metadata: socket.socket
    parent: int | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce it."""
        await super().startup(sockets)
        await self._serve_metadata()
        self._watch_parent()
        await self.announce()

    async def _serve_metadata(self) -> None:
        # Uvicorn has one TLS setting for all its sockets, so this one is served beside them, and closed with them.
        plain = _configure(self.config.app)
        plain.load()
        protocol = plain.http_protocol_class
        self.servers.append(
            await asyncio.get_running_loop().create_server(
                lambda: protocol(config=plain, server_state=self.server_state, app_state=self.lifespan.state),  # type: ignore[call-arg]  # uvicorn's own protocols take these
                sock=self.metadata,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop at once: without the abort, a client that keeps its connection open would delay the end by a second."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    def _watch_parent(self) -> None:
        # Linux could send a signal, but it does when the parent's *thread* ends; polling works everywhere.
        if self.parent is not None and os.getppid() != self.parent:
            self.should_exit = True
        elif self.parent is not None:
            asyncio.get_running_loop().call_later(0.5, self._watch_parent)


def _configure(app: Any, certificate: Certificate | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_level="warning",
        date_header=False,  # the simulator writes its own, with the simulated time
        server_header=False,
        ssl_certfile=certificate.chain if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )


def _issue_certificate(directory: Path) -> Certificate:
    """Write the certificate of a new authority to ca.pem, and a server certificate with its key beside it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(directory / "ca.pem")
    certificate = directory / "server.pem"
    certificate.touch(mode=0o600)
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    return Certificate(chain=certificate, key=None, authority=directory / "ca.pem")


async def _announce(app: SimulatorApp, directory: Path, url: str, *, port: int, authority: Path) -> None:
    # A handshake proves that the server listens and that the certificate is good, before clients can read the address.
    context = ssl.create_default_context(cafile=authority)
    _, writer = await asyncio.open_connection("localhost", port, ssl=context, family=socket.AF_INET)
    writer.close()
    await writer.wait_closed()
    written = directory / "world.json.new"
    written.touch(mode=0o600)
    written.write_text(json.dumps(describe_world(app, url), indent=2), encoding="utf-8")
    written.replace(directory / "world.json")
    print(f"graph_simulator ready at {url}", flush=True)


def describe_world(app: SimulatorApp, url: str) -> dict[str, Any]:
    """Return the content of `world.json`: what a client needs to use the simulator."""
    clock = app.simulator.clock
    return {
        "url": url,
        "graph_url": url,
        "metadata_url": app.simulator.metadata_url,
        "authority": f"{url}/{DEFAULT_TENANT}",
        "tenant_id": DEFAULT_TENANT,
        "client_id": DEFAULT_CLIENT,
        "client_secret": DEFAULT_SECRET,
        "world_token": app.simulator.world_token,
        "pid": os.getpid(),
        "clock": {"start": clock.start.isoformat(), "origin": clock.origin, "rate": clock.rate, "frozen": clock.frozen},
    }
