"""Reads the jobs of service principals, several at a time within the limits of the operator's own limiter.

Small reads that are made at the same time go to Graph in one call. A schema, which may be large, is a call of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.schema import Schema
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.graph.service_principals import ServicePrincipal
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.output.read_progress import ReadProgress
from kubectl_entrasync.tenant.access import Tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal, is_absence

T = TypeVar("T")

MAX_FAILURES = 20
"""After so many failures without any success the next ones would be the same."""


@dataclass(frozen=True)
class Problem:
    """What could not be imported, and why."""

    service_principal: str
    """Its object id, or what was asked for."""
    display_name: str
    message: str


@dataclass(frozen=True)
class FoundPrincipal:
    """A service principal with its jobs, at least one, and what Graph stores for it."""

    principal: ServicePrincipal
    jobs: tuple[RemoteJob, ...]
    stored: tuple[StoredSecret, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    """By job id, if they were asked for."""


class JobReader:
    """Reads service principals one after the other, `problems` being those that could not be read."""

    def __init__(self, tenant: Tenant, *, with_schema: bool, progress: ReadProgress) -> None:
        self._tenant = tenant
        self._with_schema = with_schema
        self._progress = progress
        self.found: list[FoundPrincipal] = []
        self.problems: list[Problem] = []
        self._successes = 0

    async def read_all(self, principals: Sequence[ServicePrincipal]) -> None:
        """Read the jobs of all. Raises `Failure` when Graph answers nothing but refusals."""
        waiting = list(reversed(principals))
        self._progress.begin(len(principals), "Reading service principals")

        async def work() -> None:
            while waiting:
                await self._read_or_note(waiting.pop())

        workers = [asyncio.create_task(work()) for _ in range(self._tenant.limiter.concurrency)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        if self.problems and not self._successes:
            raise Failure(self.problems[0].message)

    async def _read_or_note(self, principal: ServicePrincipal) -> None:
        try:
            found = await self._read(principal)
        except EntraSyncError as error:
            self.problems.append(Problem(principal.id, principal.display_name, explain_refusal(error)))
            if not self._successes and len(self.problems) >= MAX_FAILURES:
                raise Failure(self.problems[0].message) from error
        else:
            self._successes += 1
            if found.jobs:
                self.found.append(found)
        jobs = sum(len(each.jobs) for each in self.found)
        self._progress.advance(f"Reading service principals, jobs so far: {jobs}")

    async def _read(self, principal: ServicePrincipal) -> FoundPrincipal:
        graph = self._tenant.graph_in_batches
        try:
            listing: JobListing = await self._patiently(lambda: graph.list_jobs(principal.id, is_urgent=True))
        except EntraSyncError as error:
            if is_absence(error):  # so Graph may answer for one that was never used with provisioning
                return FoundPrincipal(principal, ())
            raise
        if not listing.is_complete:
            message = "Graph named a job without an id. The other jobs were read."
            self.problems.append(Problem(principal.id, principal.display_name, message))
        if not listing.jobs:
            return FoundPrincipal(principal, ())
        stored = await self._patiently(lambda: graph.list_secrets(principal.id))
        schemas = {job.id: await self._read_schema(principal, job) for job in listing.jobs if self._with_schema}
        return FoundPrincipal(principal, listing.jobs, stored, schemas)

    async def _read_schema(self, principal: ServicePrincipal, job: RemoteJob) -> Schema:
        return await self._patiently(lambda: self._tenant.graph.get_schema(principal.id, job.id))

    async def _patiently(self, read: Callable[[], Awaitable[T]]) -> T:
        return await read_patiently(read, self._tenant.limiter.clock, self._progress.pause)
