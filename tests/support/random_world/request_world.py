"""The ProvisioningRequests of a random world, with their API server and their reconciler."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.process.job_controller import JobCollaborators
from entrasync.process.request_controller import RequestCollaborators, build_request_reconciler
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.provisioning.send_line import SendLine
from tests.support.provisioning_facts import request
from tests.support.random_world.dying_writes import Deaths
from tests.support.random_world.faults import BrokenPromise
from tests.support.request_harness import FakeRequestServer


class DyingRequestServer(FakeRequestServer):
    """The API server for requests. It fails and ends the process as that for jobs does."""

    def __init__(self, deaths: Deaths, failures: deque[Exception | None]) -> None:
        super().__init__()
        self._deaths, self.failures = deaths, failures

    async def patch_metadata(self, resource: RequestResource, patch: Mapping[str, Any]) -> RequestResource:
        return await self._deaths.die_around(super().patch_metadata(resource, patch))

    async def patch_status(
        self, resource: RequestResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> RequestResource:
        return await self._deaths.die_around(super().patch_status(resource, patch, if_unchanged=if_unchanged))


class RequestWorld:
    """The requests that there are. Each may be provisioned once, after its intent was recorded."""

    def __init__(self, deaths: Deaths, failures: deque[Exception | None], looks: Counter[str]) -> None:
        self.server = DyingRequestServer(deaths, failures)
        self._looks = looks
        self._done: Counter[str] = Counter()

    def restart(self, jobs: JobCollaborators) -> None:
        """Start the part of the process anew that has to do with requests."""
        self.server.store = Store()
        for stored in self.server.stored.values():
            self.server.store.put(stored)
        self.reconciler = build_request_reconciler(
            RequestCollaborators(
                self.server.store,
                jobs.resources,
                jobs.namespaces,
                jobs.connections,
                SendLine(),
                request_api=self.server,
                secrets=jobs.secrets,
                events=jobs.events,
                metrics=self,
                clock=jobs.clock,
                bounds=Bounds(),
                guard=jobs.guard,
            )
        )

    def provisioning_ended(self, outcome: str) -> None:
        """Count an end, as the metrics do."""
        self._looks[f"a request that ends as {outcome}"] += 1

    def apply(self, job: str) -> ObjectKey:
        """Apply a request for a job that may be there or not."""
        name = f"request-{len(self.server.stored)}"
        return self.server.apply(request(name=name, uid=f"uid-of-{name}", jobRef={"name": job})).key

    def watch(self, key: ObjectKey) -> None:
        """Check a provisioning just before Graph carries it out."""
        found = self.server.stored[key]
        self._looks["provision_on_demand"] += 1
        self._done[found.uid] += 1
        if self._done[found.uid] > 1 or found.record.is_finished:
            raise BrokenPromise(f"{key} is sent again")
        if found.record.intent is None:
            raise BrokenPromise(f"{key} is sent without a record of the intent")

    @property
    def are_finished(self) -> bool:
        """Whether each request has come to its end."""
        return all(found.record.is_finished for found in self.server.stored.values())

    def watch_settled(self) -> None:
        """Check after a long peace that each request has come to its end, and tells the truth."""
        for key, found in self.server.stored.items():
            if not found.record.is_finished:
                raise BrokenPromise(f"{key} has not come to its end: {found.status}")
            if found.record.outcome == "Success" and not self._done[found.uid]:
                raise BrokenPromise(f"{key} says Success, and Graph did nothing")
