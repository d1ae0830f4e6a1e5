"""A running simulator for async tests: Graph's endpoint, and the control API of the simulator."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import GraphEndpoint


@dataclass(frozen=True)
class SimulatedGraph:
    """A running simulator: its endpoint, an app that may log in, and a client of its control API."""

    facts: dict[str, Any]
    endpoint: GraphEndpoint
    control: httpx.AsyncClient

    @property
    def app(self) -> dict[str, str]:
        """The tenant and the client that the simulator knows."""
        return {"tenant_id": self.facts["tenant_id"], "client_id": self.facts["client_id"]}

    def tokens(self) -> TokenSource:
        """Make a source of tokens for the simulator's own app."""
        proof = ClientSecret(SecretValue(self.facts["client_secret"], "world.json"))
        return TokenSource(self.endpoint, AppCredential(**self.app, proof=proof))

    async def do(self, method: str, path: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the control API and return its answer."""
        answer = await self.control.request(method, f"/_world/{path}", json=document or {})
        answer.raise_for_status()
        result: dict[str, Any] = answer.json()
        return result

    async def add_service_principal(self, **properties: Any) -> str:
        """Add a service principal and return its object id."""
        answer = await self.do("POST", "service-principals", {"items": [properties]})
        return str(answer["items"][0]["id"])

    async def calls(self, operation: str) -> list[dict[str, Any]]:
        """List the entries of one operation in the simulator's journal."""
        answer = await self.control.get("/_world/journal", params={"operation": operation, "idle": "", "wait": "5"})
        return list(answer.raise_for_status().json()["items"])


@asynccontextmanager
async def reach_simulator(folder: Path) -> AsyncIterator[SimulatedGraph]:
    """Connect to the simulator that runs in a folder."""
    facts = json.loads((folder / "world.json").read_text())
    endpoint = GraphEndpoint(facts["url"], facts["url"], ca_file=folder / "ca.pem")
    tls = ssl.create_default_context(cafile=str(endpoint.ca_file))
    headers = {"authorization": f"Bearer {facts['world_token']}"}
    async with httpx.AsyncClient(base_url=facts["url"], verify=tls, headers=headers, trust_env=False) as control:
        yield SimulatedGraph(facts, endpoint, control)
