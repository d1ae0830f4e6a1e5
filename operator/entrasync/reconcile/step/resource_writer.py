"""The status that a pass works on, written to the API server before the pass is over: what a crash must not lose."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ResourceApi
from entrasync.reconcile.state.jobs import Resources


class WorkingCopies:
    """Writes a working copy of status, which is ahead of the stored one."""

    def __init__(self, resource_api: ResourceApi, resources: Resources) -> None:
        self._resource_api = resource_api
        self._resources = resources

    async def write(self, resource: Resource, status: Mapping[str, Any]) -> Resource:
        """Write a status, unless it is the one that the resource has. Raises what `patch_status` raises."""
        if status == resource.status:
            return resource
        stored = self._resources.get(resource.key)
        patch = merge_patch(stored.status if stored else {}, status)
        return replace(await self._resource_api.patch_status(resource, patch), status=status)
