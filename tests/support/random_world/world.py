"""One operator process in a random world: passes run when they are due, and the process may die at any call."""

import asyncio
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import JobListing
from entrasync.core.remote.schema import Schema
from entrasync.core.resource.defaults import Defaults
from entrasync.core.resource.desired import Desired
from entrasync.process.job_controller import JobCollaborators, build_job_reconciler
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.listings import Listings
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.step.write_guard import WriteGuard
from tests.support.facts import resource
from tests.support.fake_api_server import FakeApiServer, FakeDefinitions, RecordedEvents
from tests.support.fake_config_maps import FakeConfigMaps
from tests.support.fake_secrets import FakeSecrets
from tests.support.random_world.dying_writes import Deaths
from tests.support.random_world.faults import BrokenPromise, Killed
from tests.support.random_world.promises import Promises
from tests.support.random_world.promises_of_writes import RestartPromises, SchemaPromises
from tests.support.random_world.replicated_graph import ReplicatedGraph
from tests.support.random_world.request_world import RequestWorld
from tests.support.random_world.world_clock import ProcessClock, WorldTime

MAX_BACKOFF = timedelta(minutes=1)
FAR_AWAY = datetime(2999, 1, 1, tzinfo=UTC)


class DyingApiServer(FakeApiServer):
    """An API server in memory; `deaths` may name the writes before or after which the process dies."""

    def __init__(self, resources: JobStore, clock: WorldTime) -> None:
        super().__init__(resources, clock)
        self.deaths = Deaths()

    async def patch_metadata(self, resource: Any, patch: Any) -> Any:
        return await self.deaths.die_around(super().patch_metadata(resource, patch))

    async def patch_status(self, resource: Any, patch: Any, *, if_unchanged: bool = False) -> Any:
        return await self.deaths.die_around(super().patch_status(resource, patch, if_unchanged=if_unchanged))


class World:
    """The world with its one operator process. Whatever it is asked to do, it ends between two passes."""

    def __init__(self) -> None:
        self.time = WorldTime()
        self.clock = ProcessClock(self.time, timedelta(0))
        self.graph = ReplicatedGraph(self.time, lambda: self.clock.now())
        self.server = DyingApiServer(JobStore(), self.time)
        self.secrets = FakeSecrets()
        self.config_maps = FakeConfigMaps()
        self.events = RecordedEvents()
        self.current: ObjectKey | None = None
        self.promises = Promises(self.graph, self.server, lambda: self.current)
        self.restarts, self.schemas = RestartPromises(self.promises.looks), SchemaPromises(self.promises.looks)
        self.requests = RequestWorld(self.server.deaths, self.server.failures, self.promises.looks)
        self.graph.before_write = self._watch_write
        self.graph.watch_restart, self.graph.watch_schema = self._watch_restart, self._watch_schema
        self.graph.on_fault = self.schemas.forget
        self.graph.after_write = self._watch_put
        self.due: dict[ObjectKey, datetime] = {}
        self.since: dict[ObjectKey, datetime] = {}
        self.failures: dict[ObjectKey, int] = {}
        self.log: deque[str] = deque(maxlen=80)
        self.graph.note = self.note
        self.applied = 0
        self.restart(timedelta(0))

    def note(self, what: str) -> None:
        """Keep what happened, for the report of a broken promise."""
        self.log.append(f"{self.time.now():%d %H:%M:%S} {self.current or ''} {what}")

    def restart(self, error: timedelta) -> None:
        """Start the process anew, by a clock with this error. What only memory held is lost."""
        self.clock = ProcessClock(self.time, error)
        self.resources, memory = JobStore(Defaults()), MemoryStore()
        self.server.resources = self.resources
        for stored in self.server.stored.values():
            self.resources.put(stored)
        self.resources.is_complete = True
        self.failures.clear()
        self.since.clear()
        listings = Listings(self.graph, on_read=self._fan_out)
        connections = Connections(Connection(None, self.graph, listings), serves_namespace=lambda _: True)
        namespaces = NamespaceDefaults(self.server, self.resources, install=Defaults(), clock=self.clock)
        collaborators = JobCollaborators(
            self.resources,
            memory,
            connections,
            namespaces,
            resource_api=self.server,
            secrets=self.secrets,
            config_maps=self.config_maps,
            definitions=FakeDefinitions(),
            events=self.events,
            clock=self.clock,
            bounds=Bounds(),
            guard=WriteGuard(self.resources, connections, resource_api=self.server, contact=self.server),
        )
        self.reconciler = build_job_reconciler(collaborators)
        self.requests.restart(collaborators)
        self.schemas.forget()
        self.due = dict.fromkeys([*self.server.stored, *self.requests.server.stored], self.time.now())

    def apply(self, name: str, desired: Desired) -> ObjectKey:
        """Apply a resource that is not there yet."""
        self.applied += 1
        made = resource(desired, name=name, finalizers=(), uid=f"{name}-{self.applied}")
        self.server.apply(replace(made, created_at=self.time.now()))
        return self._wake(made.key)

    def edit(self, key: ObjectKey, *, is_seen: bool = True, **overlay: Any) -> None:
        """Change the spec of a resource, or have it deleted; the watch may not show it yet."""
        known = self.server.stored.get(key)
        if known is None:
            return
        wish = {name: value for name, value in overlay.items() if name != "is_deleting"}
        assert known.desired is not None
        changed = replace(
            known,
            generation=known.generation + 1,
            desired=replace(known.desired, **wish),
            is_deleting=known.is_deleting or "is_deleting" in overlay,
        )
        self.server.change(changed)
        if not changed.finalizers and changed.is_deleting:
            del self.server.stored[key]
        if is_seen:
            self.show(key)

    def annotate(self, key: ObjectKey, name: str, text: str) -> None:
        """Set an annotation, which makes no new generation."""
        if known := self.server.stored.get(key):
            self.server.change(replace(known, annotations={**known.annotations, name: text}))
            self.show(key)

    def request(self, job: str) -> None:
        """Apply a ProvisioningRequest."""
        self._wake(self.requests.apply(job))

    def change_schema(self, job_id: str, target: str, attribute: str) -> None:
        """Change a mapping at the portal."""
        self.graph.change_schema(job_id, target, attribute)
        self.schemas.note_change(job_id, self.time.now())

    def show(self, key: ObjectKey) -> None:
        """Let the watch show a resource as it is now."""
        if stored := self.server.stored.get(key):
            self.resources.put(stored)
        elif known := self.resources.get(key):
            self.resources.remove(key, known.uid)
        self._wake(key)

    def held_job_id(self, key: ObjectKey) -> str | None:
        """Return the job that a resource holds; None without a resource or a job."""
        stored = self.server.stored.get(key)
        return stored.held_job_id if stored else None

    def heal(self) -> None:
        """End all that is amiss: from now on every call and write succeeds, and the watch shows everything."""
        self.graph.heal()
        self.server.failures.clear()
        self.server.deaths.clear()
        for key in {*self.server.stored, *(known.key for known in self.resources)}:
            self.show(key)

    def live(self, elapsed: timedelta) -> None:
        """Let time pass, with the passes that are due in it."""
        end = self.time.now() + elapsed
        while self.due and (first := min(self.due, key=lambda key: (self.due[key], key))) in self.due:
            if self.due[first] > end:
                break
            self.time.move(self.due[first] - self.time.now())
            try:
                self._make_pass(first)
            except BrokenPromise as broken:
                broken.add_note("\n".join(self.log))
                raise
        self.time.move(end - self.time.now())

    def _make_pass(self, key: ObjectKey) -> None:
        del self.due[key]
        self.current = key
        self._mark_lookalikes()
        if (known := self.resources.get(key)) and known.is_deleting and known.has_finalizer:
            self.promises.watch_deletion(known)
        reconciler = self.requests.reconciler if key in self.requests.server.stored else self.reconciler
        try:
            outcome = asyncio.run(reconciler.reconcile(key, since=self.since.pop(key, self.clock.now())))
        except (ResourceChanged, ApiServerUnavailable):
            self.schemas.forget()
            self._back_off(key)
            self.show(key)
        except ResourceGone:
            self.show(key)
            self.due.pop(key, None)
        except Killed as death:
            self.note(f"killed: {death}")
            self.restart(timedelta(0))
        except BrokenPromise:
            raise
        except Exception as fault:
            raise BrokenPromise(f"a fault of the operator in a pass of {key}") from fault
        else:
            self._settle(key, outcome.requeue_after, is_failure=outcome.is_failure)
        finally:
            self.current = None

    def _mark_lookalikes(self) -> None:
        """Mark the jobs that the operator cannot tell from that of a create whose answer it does not have."""
        for intent in filter(None, (stored.create_intent for stored in self.server.stored.values())):
            for job in self.graph.living(intent.service_principal_id, intent.template_id):
                if job.id not in intent.job_ids_before:
                    job.looks_like_operators = True

    def _settle(self, key: ObjectKey, pause: timedelta | None, *, is_failure: bool) -> None:
        if pause is not None:
            self.due[key] = self.time.now() + max(pause, timedelta(milliseconds=1))
        elif is_failure:
            self._back_off(key)
        if not is_failure:
            self.failures.pop(key, None)
        self.note(f"the pass ends; again in {pause}")
        if (stored := self.server.stored.get(key)) and not is_failure:
            self.promises.watch_ready(stored)

    def _back_off(self, key: ObjectKey) -> None:
        tries = self.failures[key] = self.failures.get(key, 0) + 1
        self.due[key] = self.time.now() + min(timedelta(seconds=2 ** min(tries, 10)), MAX_BACKOFF)

    def _wake(self, key: ObjectKey) -> ObjectKey:
        self.due[key] = self.time.now()
        self.since.pop(key, None)
        return key

    def _fan_out(self, service_principal_id: str, listing: JobListing) -> None:
        for key in self.resources.keys_on(service_principal_id):
            if key != self.current and self.due.get(key, FAR_AWAY) > self.time.now():
                self.due[key] = self.time.now()
                self.since[key] = listing.read_at

    def _watch_write(self, call: str, service_principal_id: str, subject: str) -> None:
        if call == "provision_on_demand" and self.current is not None:
            self.requests.watch(self.current)
        else:
            self.promises.watch_write(call, service_principal_id, subject)

    def _watch_restart(self, scopes: tuple[str, ...]) -> None:
        assert self.current is not None
        self.restarts.watch(self.server.stored[self.current], scopes, announced=self.server.patches[-1])

    def _watch_schema(self, service_principal_id: str, job_id: str, document: Schema) -> None:
        assert self.current is not None
        stored = self.server.stored[self.current]
        self.schemas.watch(stored, job_id, document, backups=self.config_maps.stored, now=self.time.now())

    def _watch_put(self, call: str, service_principal_id: str, subject: str) -> None:
        if call == "put_secrets":
            self.promises.watch_secrets(service_principal_id)
