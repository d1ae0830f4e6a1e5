"""The only writer of our own resource. It alone knows that the working copy of a pass is ahead of what is stored."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from entrasync.core.application.record import with_stored_intent
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.record.job_record import JobRecord
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceApi, ResourceChanged, ResourceGone
from entrasync.reconcile.state.jobs import JobStore


class ResourceWriter:
    """Writes SynchronizationJobs. Each call may raise `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""

    def __init__(self, resource_api: ResourceApi, resources: JobStore) -> None:
        self._resource_api = resource_api
        self._resources = resources

    def newest(self, resource: Resource) -> Resource:
        """Return the resource as last seen at the API server, or the working copy itself when it is gone there.

        A resource created again under the same name is another one: nothing is taken from its record.
        """
        return self._resources.newest(resource)

    async def write_ahead(self, resource: Resource, record: JobRecord, *, if_unchanged: bool = False) -> Resource:
        """Write a record before the pass ends: what a crash must not lose.

        `if_unchanged` binds the write to the version of the resource, for a record that stands for a decision about
        the resource as it was read, such as an intent. Without it the write is bound to the uid, for what has happened
        in Graph is true whatever others have edited. Returns the working copy with that record.
        """
        if record == resource.record:
            return resource
        patch = merge_patch(self._stored(resource).write(), record.write())
        written = await self._resource_api.patch_status(resource, patch, if_unchanged=if_unchanged)
        return written.with_record(record)

    async def take_back(self, resource: Resource, record: JobRecord) -> None:
        """Write the record without what was written ahead of a write to Graph that was not sent.

        Raises nothing: where it cannot be written, it stands for a write that may have been sent, as after a crash.
        """
        if self.newest(resource).uid == resource.uid:
            with suppress(ResourceChanged, ResourceGone, ApiServerUnavailable):
                await self.write_ahead(resource, record)

    async def write_change(self, resource: Resource, change: Callable[[JobRecord], JobRecord]) -> Resource:
        """Write one change of the record before the pass ends, without the other changes of the working copy.

        Bound to the uid: the change is merged into what is stored.
        """
        stored = self._stored(resource)
        if patch := merge_patch(stored.write(), change(stored).write()):
            written = await self._resource_api.patch_status(resource, patch)
            resource = written.with_record(resource.record)
        return resource.with_record(change(resource.record))

    async def write_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Merge-patch the metadata. Returns the working copy with the API server's answer, but with its own record."""
        written = await self._resource_api.patch_metadata(resource, patch)
        return written.with_record(resource.record)

    async def release(self, resource: Resource) -> Resource:
        """Remove our finalizer. Returns the working copy with the API server's answer, but with its own record."""
        released = await self._resource_api.release(resource)
        return released.with_record(resource.record)

    async def write_final(self, resource: Resource, record: JobRecord) -> Resource | None:
        """Write the record that a pass ends with; returns None when it is stored already and nothing is written.

        Bound to the uid: what the pass saw is true of the resource whatever others have edited, and is never written to
        one that was created again under the same name. The conditions say for which generation they are.
        """
        patch = merge_patch(self.newest(resource).status, record.write())
        return await self._resource_api.patch_status(resource, patch) if patch else None

    def _stored(self, resource: Resource) -> JobRecord:
        return self._resources.newest(resource).record


def keep_restarts_on_lost_answer(writer: ResourceWriter, error: EntraSyncError, facts: Facts) -> Facts:
    """Keep the record of a restart, or of a start by recovery, whose answer was lost: Graph may have done it."""
    if not isinstance(error, OutcomeUnknown):
        return facts
    resource = facts.resource
    stored = writer.newest(resource).record.restarts
    return replace(facts, resource=resource.with_record(replace(resource.record, restarts=stored)))


def keep_intent_on_lost_answer(writer: ResourceWriter, error: EntraSyncError, facts: Facts) -> Facts:
    """Keep what was recorded before a write to the service principal whose answer was lost.

    What was seen of its secrets is from before the write, and is dropped.
    """
    if not isinstance(error, OutcomeUnknown):
        return facts
    resource = facts.resource
    kept = resource.with_record(with_stored_intent(resource.record, writer.newest(resource).record))
    return replace(facts, resource=kept, observed=replace(facts.observed, application=None))
