"""One process of the operator, as far as ProvisioningRequests go, with a Graph and an API server in memory."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.process.request_controller import RequestCollaborators, build_request_reconciler
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ResourceChanged, ResourceGone
from entrasync.reconcile.provisioning.send_line import SendLine
from tests.support.facts import JOB
from tests.support.fake_api_server import RecordedEvents, merged
from tests.support.provisioning_facts import request
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schemas import graph_schema


class FakeRequestServer:
    """`RequestApi` over a dict, with versions. `writes` has every patch of a status.

    `failures` are raised by the next writes, None for one that succeeds. `meanwhile` runs once, before the next write.
    """

    def __init__(self) -> None:
        self.store: Store[RequestResource] = Store()
        self.stored: dict[ObjectKey, RequestResource] = {}
        self.writes: list[Mapping[str, Any]] = []
        self.deleted: list[ObjectKey] = []
        self.failures: deque[Exception | None] = deque()
        self.meanwhile: Callable[[], None] | None = None

    def apply(self, seen: RequestResource) -> RequestResource:
        """Store a request as a user would, and have the watch show it."""
        known = self.stored.get(seen.key)
        version = str(int(known.resource_version if known else "0") + 1)
        self.stored[seen.key] = replace(seen, resource_version=version)
        self.store.put(self.stored[seen.key])
        return self.stored[seen.key]

    async def patch_metadata(self, resource: RequestResource, patch: Mapping[str, Any]) -> RequestResource:
        known = self._begin(resource)
        return self.apply(replace(known, annotations=merged(known.annotations, patch["annotations"])))

    async def patch_status(
        self, resource: RequestResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> RequestResource:
        known = self._begin(resource, resource.resource_version if if_unchanged else None)
        self.writes.append(patch)
        return self.apply(replace(known, status=merged(known.status, patch)))

    async def delete(self, resource: RequestResource) -> None:
        self._begin(resource)
        self.deleted.append(resource.key)

    def _begin(self, resource: RequestResource, version: str | None = None) -> RequestResource:
        if (meanwhile := self.meanwhile) is not None:
            self.meanwhile = None
            meanwhile()
        if self.failures and (error := self.failures.popleft()) is not None:
            raise error
        known = self.stored.get(resource.key)
        if known is None:
            raise ResourceGone(str(resource.key))
        if known.uid != resource.uid or (version is not None and version != known.resource_version):
            raise ResourceChanged(str(resource.key))
        return known


class RequestHarness:
    """A process with one SynchronizationJob whose job runs. `restart` loses what only memory held."""

    def __init__(self) -> None:
        self.jobs = ReconcilerHarness()
        self.job_key = self.jobs.apply_holder()
        schema = graph_schema()
        schema["synchronizationRules"][0]["objectMappings"][0]["sourceObjectName"] = "User"
        self.graph.schemas[JOB] = schema
        self.server = FakeRequestServer()
        self.recorded = RecordedEvents()
        self.outcomes: list[str] = []
        self.restart()

    def restart(self) -> None:
        self.jobs.restart()
        self.server.store = Store()
        for stored in self.server.stored.values():
            self.server.store.put(stored)
        collaborators = RequestCollaborators(
            self.server.store,
            self.jobs.resources,
            self.jobs.collaborators.namespaces,
            self.jobs.connections,
            SendLine(),
            request_api=self.server,
            secrets=self.jobs.secrets,
            events=self.recorded,
            metrics=self,
            clock=self.jobs.clock,
            bounds=Bounds(),
            guard=self.jobs.guard,
        )
        self.reconciler = build_request_reconciler(collaborators)

    @property
    def graph(self) -> Any:
        return self.jobs.graph

    def provisioning_ended(self, outcome: str) -> None:
        """Count an end, as the metrics do."""
        self.outcomes.append(outcome)

    def apply(self, **overlay: Any) -> ObjectKey:
        return self.server.apply(request(**overlay)).key

    async def run(self, key: ObjectKey) -> Outcome:
        """Make one pass."""
        return await self.reconciler.reconcile(key, since=self.jobs.clock.now())

    def status(self, key: ObjectKey) -> Mapping[str, Any]:
        return self.server.stored[key].status

    def ready(self, key: ObjectKey) -> tuple[str, str]:
        [found] = [each for each in self.status(key)["conditions"] if each["type"] == "Ready"]
        return found["status"], found["reason"]
