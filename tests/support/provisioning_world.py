"""A world with one running job, and the ways to ask for provisioning in it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from graph_simulator.traffic.journal import Entry
from graph_simulator.world.provisioning.objects import SourceObject
from tests.support.kill_points.memory_api_server import Document
from tests.support.kill_points.scenarios import holding
from tests.support.kill_points.world import NAMESPACE, World, live

CANARY = "canary-of-anna-4f1d"
ANNA = SourceObject(id="anna", attributes={"userPrincipalName": f"{CANARY}@contoso.example", "displayName": CANARY})
BORIS = SourceObject(id="boris", is_assigned=False)


class ProvisioningWorld:
    """What a test of ProvisioningRequests works with: the world, and every state of a request that was shown."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shown: list[Document] = []
        self.events: list[Document] = []
        world.server.watch("provisioningrequests", lambda _, document: self.shown.append(document))
        world.server.watch("events", lambda _, document: self.events.append(document))

    def status(self, name: str = "anna") -> Mapping[str, Any]:
        found = self.world.find_request(name)
        assert found is not None
        status: Mapping[str, Any] = found.get("status", {})
        return status

    def condition(self, kind: str, name: str = "anna") -> tuple[str, str]:
        found = [each for each in self.status(name).get("conditions", ()) if each["type"] == kind]
        return (found[0]["status"], found[0]["reason"]) if found else ("", "")

    def message(self, name: str = "anna") -> str:
        [ready] = [each["message"] for each in self.status(name)["conditions"] if each["type"] == "Ready"]
        return str(ready)

    async def wait_end(self, *names: str) -> Mapping[str, Any]:
        """Wait until requests have come to their end; return the result of the last."""

        def check(_: World) -> None:
            assert all("result" in self.status(name) for name in names or ("anna",))

        await self.world.settle(check)
        result: Mapping[str, Any] = self.status((names or ("anna",))[-1])["result"]
        return result

    async def wait_reason(self, reason: str, name: str = "anna") -> None:
        """Wait until Ready has a reason."""

        def check(_: World) -> None:
            assert self.condition("Ready", name)[1] == reason

        await self.world.settle(check)

    def calls(self) -> list[Entry]:
        """List what Graph was asked to provision."""
        entries = self.world.app.simulator.journal.entries
        return [entry for entry in entries if entry.target.operation == "provisionOnDemand"]

    def reasons(self) -> list[str]:
        """List the reasons of the Events about requests."""
        return [each["reason"] for each in self.events if each["involvedObject"]["kind"] == "ProvisioningRequest"]

    def change_job(self, **spec: Any) -> None:
        """Edit the SynchronizationJob."""
        self.world.edit(spec=spec)

    def restore(self, name: str = "anna") -> None:
        """Delete a request, and create it again with its annotations and without its status, as a backup does."""
        found = self.world.find_request(name)
        assert found is not None
        self.world.server.delete("provisioningrequests", NAMESPACE, name)
        kept = {key: found["metadata"][key] for key in ("namespace", "name", "annotations", "labels")}
        self.world.server.create("provisioningrequests", {**found, "metadata": kept, "status": {}})


def most_within(entries: list[Entry], period: timedelta) -> int:
    """Return the most calls that came within a period, wherever it begins."""
    times = sorted(entry.world_time for entry in entries)
    return max((sum(1 for time in times if begin <= time < begin + period) for begin in times), default=0)


def provisioning(act: Callable[[ProvisioningWorld], Awaitable[None]], *, spec: Mapping[str, Any] | None = None) -> None:
    """Act in a world whose job has been Ready for a while."""

    async def run(world: World) -> None:
        await holding(spec)(world)
        await act(ProvisioningWorld(world))
        assert world.log.faults == []

    live(run)
