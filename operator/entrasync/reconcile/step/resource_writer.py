"""The only writer of our own resource. It alone knows that the working copy of a pass is ahead of what is stored."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from entrasync.core.application.status import keep_intent
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ResourceApi
from entrasync.reconcile.state.jobs import Resources


class ResourceWriter:
    """Writes SynchronizationJobs. Each call may raise `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""

    def __init__(self, resource_api: ResourceApi, resources: Resources) -> None:
        self._resource_api = resource_api
        self._resources = resources

    def newest(self, resource: Resource) -> Resource:
        """Return the resource as last seen at the API server; the working copy itself where it is no longer there."""
        return self._resources.get(resource.key) or resource

    async def write_ahead(
        self, resource: Resource, status: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        """Write a status before the pass ends: what a crash must not lose.

        `if_unchanged` binds the write to the version of the resource. Returns the working copy with that status.
        """
        if status == resource.status:
            return resource
        patch = merge_patch(self._stored_status(resource), status)
        written = await self._resource_api.patch_status(resource, patch, if_unchanged=if_unchanged)
        return replace(written, status=status)

    async def write_member(self, resource: Resource, name: str, value: Mapping[str, Any]) -> Resource:
        """Write one member of the status before the pass ends, and nothing else of the working copy."""
        stored = self._stored_status(resource).get(name)
        if patch := merge_patch({name: stored} if stored else {}, {name: value}):
            resource = replace(await self._resource_api.patch_status(resource, patch), status=resource.status)
        return replace(resource, status={**resource.status, name: value})

    async def write_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Merge-patch the metadata. Returns the working copy with what the API server answered but for its status."""
        written = await self._resource_api.patch_metadata(resource, patch)
        return replace(written, status=resource.status)

    async def write_final(self, resource: Resource, status: Mapping[str, Any]) -> Resource | None:
        """Write the status that a pass ends with; None where it is stored already, and nothing is written."""
        patch = merge_patch(self.newest(resource).status, status)
        return await self._resource_api.patch_status(resource, patch) if patch else None

    def _stored_status(self, resource: Resource) -> Mapping[str, Any]:
        stored = self._resources.get(resource.key)
        return stored.status if stored else {}


def keep_intent_on_lost_answer(writer: ResourceWriter, error: EntraSyncError, facts: Facts) -> Facts:
    """Keep what was recorded before a write to the service principal whose answer was lost.

    What was seen of its secrets is from before the write, and is dropped.
    """
    if not isinstance(error, OutcomeUnknown):
        return facts
    resource = facts.resource
    kept = replace(resource, status=keep_intent(resource, writer.newest(resource)))
    return replace(facts, resource=kept, observed=replace(facts.observed, application=None))
