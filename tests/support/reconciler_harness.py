"""One process of the operator between a Graph and an API server in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.defaults import Defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.controller.reconciler import JobReconciler
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.listings import Listings
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from tests.support.facts import NOW, desired, holder, remote_job, resource
from tests.support.fake_api_server import FakeApiServer, RecordedEvents
from tests.support.fake_graph import FakeGraph
from tests.support.fake_secrets import FakeSecrets
from tests.support.still_clock import StillClock


class ReconcilerHarness:
    """One process of the operator between the two fakes. `restart` loses what only memory held."""

    def __init__(self) -> None:
        self.clock = StillClock(NOW)
        self.graph = FakeGraph(self.clock)
        self.recorded = RecordedEvents()
        self.secrets = FakeSecrets()
        self.server = FakeApiServer(Resources())
        self.install = Defaults()
        self.restart()

    def restart(self) -> None:
        self.resources, self.memory = Resources(self.install), MemoryStore()
        self.server.resources = self.resources
        for stored in self.server.stored.values():
            self.resources.put(stored)
        self.resources.is_complete = True
        self.fetched: list[str] = []
        listings = Listings(
            self.graph, on_fetched=lambda service_principal_id, _: self.fetched.append(service_principal_id)
        )
        self.connections = Connections(Connection(None, self.graph, listings), serves=lambda _: True)
        observer = FactsReader(self.connections, self.resources, self.memory, secrets=self.secrets, clock=self.clock)
        performer = Performer(
            self.connections, self.server, self.resources, self.memory, events=self.recorded, clock=self.clock
        )
        self.reconciler = JobReconciler(
            self.resources,
            self.memory,
            namespaces=NamespaceDefaults(
                self.server, self.resources, install=self.install, events=self.recorded, clock=self.clock
            ),
            resolver=Resolver(self.connections, self.resources),
            observer=observer,
            performer=performer,
            resource_api=self.server,
            events=self.recorded,
            clock=self.clock,
            bounds=Bounds(),
        )

    def apply(self, resource: Resource) -> ObjectKey:
        self.server.apply(resource)
        return resource.key

    def apply_new(self, **spec: Any) -> ObjectKey:
        """Apply a resource that no pass has seen yet."""
        return self.apply(resource(desired(**spec), finalizers=()))

    def apply_holder(self, **spec: Any) -> ObjectKey:
        """Apply a resource that has held a running job for a day."""
        self.graph.add(remote_job())
        return self.apply(holder(wish=desired(**spec)))

    def delete(self, key: ObjectKey) -> None:
        """Ask for a deletion as a user would."""
        self.edit(key, is_deleting=True)

    def edit(self, key: ObjectKey, **overlay: Any) -> None:
        """Change a resource as a user would: a new generation."""
        known = self.server.stored[key]
        self.server.apply(replace(known, generation=known.generation + 1, **overlay))

    async def run(self, key: ObjectKey) -> Outcome:
        """One pass with Graph as of now."""
        return await self.reconciler.reconcile(key, since=self.clock.now())

    async def run_until(self, key: ObjectKey, elapsed: timedelta) -> None:
        """Pass after pass, each when the one before asked for it, until the world is so much older."""
        end = self.clock.now() + elapsed
        while True:
            outcome = await self.run(key)
            pause = outcome.look_again
            assert pause is not None
            assert pause.total_seconds() > 0 or self.clock.now() < end, "a pass that asks for another at once"
            if self.clock.now() + pause > end:
                return
            self.clock.move(pause)

    def status(self, key: ObjectKey) -> Mapping[str, Any]:
        return self.server.stored[key].status

    def condition(self, key: ObjectKey, kind: str) -> tuple[str, str]:
        found = [entry for entry in self.status(key)["conditions"] if entry["type"] == kind]
        return (found[0]["status"], found[0]["reason"]) if found else ("", "")

    def message(self, key: ObjectKey, kind: str) -> str:
        found = [entry["message"] for entry in self.status(key)["conditions"] if entry["type"] == kind]
        return found[0] if found else ""
