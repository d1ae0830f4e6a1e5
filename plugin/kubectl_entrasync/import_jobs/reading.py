"""Reads the jobs of service principals, several at a time within the limits of the operator's own limiter.

Small reads that are made at the same time go to Graph in one call. A schema, which may be large, is a call of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Transient
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
"""After so many failures without any success, or so many times without an answer, the next ones would be the same."""


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
    """Reads service principals one after the other.

    `problems` are those that could not be read, and `unread` those that were not asked for, because Graph had stopped
    answering.
    """

    def __init__(self, tenant: Tenant, *, with_schema: bool, progress: ReadProgress) -> None:
        self._tenant = tenant
        self._with_schema = with_schema
        self._progress = progress
        self.found: list[FoundPrincipal] = []
        self.problems: list[Problem] = []
        self.unread: list[ServicePrincipal] = []
        self._jobs = 0
        self._successes = 0
        self._silences = 0
        self._has_stopped = False

    async def read_all(self, principals: Sequence[ServicePrincipal]) -> None:
        """Read the jobs of all. Raises `Failure` when Graph answers nothing but refusals."""
        waiting = list(reversed(principals))
        self._progress.begin(len(principals), "Reading service principals")

        async def work() -> None:
            while waiting and not self._has_stopped:
                await self._read_or_note(waiting.pop())

        workers = [asyncio.create_task(work()) for _ in range(self._tenant.limiter.concurrency)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        self.unread = waiting
        if self.problems and not self._successes:
            raise Failure(self.problems[0].message)

    async def _read_or_note(self, principal: ServicePrincipal) -> None:
        try:
            found = await self._read(principal)
        except EntraSyncError as error:
            self.problems.append(Problem(principal.id, principal.display_name, explain_refusal(error)))
            if not self._successes and len(self.problems) >= MAX_FAILURES:
                raise Failure(self.problems[0].message) from error
            self._note_silence(error)
        else:
            self._successes += 1
            self._silences = 0
            if found.jobs:
                self.found.append(found)
                self._jobs += len(found.jobs)
        self._progress.advance(f"Reading service principals, jobs so far: {self._jobs}")

    def _note_silence(self, error: EntraSyncError) -> None:
        """Note that Graph did not answer. A read that is throttled to its end has waited for all others."""
        if isinstance(error, Transient):
            self._silences += 1
            self._has_stopped |= error.reason is Reason.THROTTLED or self._silences >= MAX_FAILURES

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
