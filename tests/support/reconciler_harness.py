"""One process of the operator between a Graph and an API server in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrasync.core.decision.action import Action
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.defaults import Defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.process.job_controller import JobCollaborators, build_handlers, build_job_reconciler, build_performer
from entrasync.reconcile.application.memory import ApplicationMemoryStore
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.listings import Listings
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handlers
from entrasync.reconcile.step.resource_writer import ResourceWriter
from entrasync.reconcile.step.write_guard import WriteGuard
from tests.support.facts import NOW, desired, holder, remote_job, resource
from tests.support.fake_api_server import FakeApiServer, FakeDefinitions, RecordedEvents
from tests.support.fake_config_maps import FakeConfigMaps
from tests.support.fake_graph import FakeGraph
from tests.support.fake_secrets import FakeSecrets
from tests.support.still_clock import StillClock


class ReconcilerHarness:
    """One process of the operator between the two fakes. `restart` loses what only memory held."""

    def __init__(self, clock: StillClock | None = None) -> None:
        self.clock = clock or StillClock(NOW)
        self.graph = FakeGraph(self.clock)
        self.recorded = RecordedEvents()
        self.secrets = FakeSecrets()
        self.config_maps = FakeConfigMaps()
        self.server = FakeApiServer(JobStore(), self.clock)
        self.obstacle: str | None = None
        self.definitions = FakeDefinitions()
        self.install = Defaults()
        self.deletion_limit: int | None = None
        self.restart()

    def restart(self) -> None:
        self.resources, self.memory = JobStore(self.install), MemoryStore()
        self.server.resources = self.resources
        for stored in self.server.stored.values():
            self.resources.put(stored)
        self.resources.is_complete = True
        self.fetched: list[str] = []
        listings = Listings(
            self.graph, on_read=lambda service_principal_id, _: self.fetched.append(service_principal_id)
        )
        self.connections = Connections(Connection(None, self.graph, listings), serves_namespace=lambda _: True)
        self.guard = WriteGuard(
            self.resources,
            self.connections,
            resource_api=self.server,
            contact=self.server,
            obstacles=(lambda _: self.obstacle,),
        )
        self.collaborators = JobCollaborators(
            self.resources,
            self.memory,
            self.connections,
            NamespaceDefaults(self.server, self.resources, install=self.install, clock=self.clock),
            resource_api=self.server,
            secrets=self.secrets,
            config_maps=self.config_maps,
            definitions=self.definitions,
            events=self.recorded,
            clock=self.clock,
            bounds=Bounds(),
            deletion_limit=self.deletion_limit,
            guard=self.guard,
        )
        self.reconciler = build_job_reconciler(self.collaborators)

    def handlers(self) -> Handlers:
        """Return the table of action classes and their handlers."""
        writer = ResourceWriter(self.server, self.resources)
        return build_handlers(self.collaborators, writer, ApplicationMemoryStore())

    async def perform(
        self, action: Action, resource: Resource, *, connection: Connection | None = None
    ) -> ActionResult:
        """Perform one action as a pass would that began with this resource, and with this connection."""
        now, writer = self.clock.now(), ResourceWriter(self.server, self.resources)
        performer = build_performer(self.collaborators, writer, ApplicationMemoryStore())
        way, memory = connection or self.connections.find(resource), self.memory.recall(resource, now)
        return await performer.perform(action, Context(resource, memory, way, self.guard, since=now))

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
        """Make one pass that wants Graph as of now."""
        return await self.reconciler.reconcile(key, since=self.clock.now())

    async def run_until(self, key: ObjectKey, elapsed: timedelta) -> None:
        """Make passes, each when the one before asked for it, until so much time has elapsed."""
        end = self.clock.now() + elapsed
        while True:
            outcome = await self.run(key)
            pause = outcome.requeue_after
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

    def stalled_since(self, key: ObjectKey) -> str:
        """Return the transition time of Stalled."""
        [stalled] = [entry for entry in self.status(key)["conditions"] if entry["type"] == "Stalled"]
        return str(stalled["lastTransitionTime"])

    def message(self, key: ObjectKey, kind: str) -> str:
        found = [entry["message"] for entry in self.status(key)["conditions"] if entry["type"] == kind]
        return found[0] if found else ""
