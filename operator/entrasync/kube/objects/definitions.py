"""The API server for our own CRDs: whether the CRD of SynchronizationJobs is being deleted."""

import logging
import time

from entrasync.api.names import GROUP, PLURAL, VERSION
from entrasync.kube.client.api_client import ApiClient, Forbidden, NotServed
from entrasync.reconcile.ports.kubernetes import ResourceGone

LOG = logging.getLogger("entrasync.kube")

CRD = f"{PLURAL}.{GROUP}"

METADATA_FORM = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

FORBIDDEN_RETRY_SECONDS = 300.0
"""Real seconds until the CRD is asked for again after a refusal."""


class DefinitionReader:
    """Implements `reconcile.ports.kubernetes.DefinitionStore`.

    The API server marks a CRD as deleted before it deletes the first of its objects, so a CRD that is not marked when
    it is read after an object was marked is none of the cause. Without the right to read it, discovery tells: there the
    API server takes `create` from the verbs of such a kind, but moments later.
    """

    def __init__(self, api_client: ApiClient) -> None:
        self._api_client = api_client
        self._forbidden_until = float("-inf")
        self._was_deleted = False

    async def is_job_kind_deleted(self) -> bool:
        """Whether the CRD of SynchronizationJobs is being deleted, or is gone."""
        try:
            is_deleted = await self._is_marked()
        except ResourceGone:
            is_deleted = True
        if is_deleted and not self._was_deleted:
            LOG.warning(
                "The CRD %s is being deleted, and Kubernetes deletes all SynchronizationJobs with it: no job is "
                "deleted in Graph, whatever spec.deletionPolicy says.",
                CRD,
            )
        self._was_deleted = is_deleted
        return is_deleted

    async def _is_marked(self) -> bool:
        if time.monotonic() < self._forbidden_until:
            return await self._has_lost_create()
        try:
            path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{CRD}"
            found = await self._api_client.call("GET", path, accept=METADATA_FORM)
        except Forbidden:
            if self._forbidden_until == float("-inf"):
                LOG.info(
                    "The CRD %s may not be read; whether it is being deleted is told by discovery, moments later. "
                    "docs/permissions.md has the right.",
                    CRD,
                )
            self._forbidden_until = time.monotonic() + FORBIDDEN_RETRY_SECONDS
            return await self._has_lost_create()
        return "deletionTimestamp" in found["metadata"]

    async def _has_lost_create(self) -> bool:
        try:
            found = await self._api_client.call("GET", f"/apis/{GROUP}/{VERSION}")
        except NotServed:  # the whole group is gone, with both CRDs
            return True
        verbs = next((kind["verbs"] for kind in found.get("resources") or () if kind["name"] == PLURAL), ())
        return "create" not in verbs
