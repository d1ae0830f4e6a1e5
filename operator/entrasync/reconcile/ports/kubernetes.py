"""What reconciling needs of the API server, as protocols."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from entrasync.core.decision.event import Event
from entrasync.core.primitives.object_key import ObjectKey, StoredObject
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.resource.config_map import ConfigMap, NewConfigMap
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.kubernetes_secret import KubernetesSecret


class ResourceApi(Protocol):
    """Writes SynchronizationJobs to the API server.

    Every call may raise `ResourceChanged` (409), `ResourceGone` (404) and `ApiServerUnavailable` (anything else). No
    call writes to another object that was created again under the same name: it raises `ResourceChanged` too.
    """

    async def patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Merge-patch `metadata` of the object with this uid. Idempotent. Returns the new resource.

        A patch with a `resourceVersion` is refused with `ResourceChanged` when that version is stale.
        """
        ...

    async def patch_status(
        self, resource: Resource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        """Merge-patch `status` through the subresource. Idempotent. Returns the new resource.

        The write is bound to the uid: edits of others do not stop it, because they do not write `status`. With
        `if_unchanged` it is bound to the version of the resource too, and raises `ResourceChanged` otherwise.
        """
        ...

    async def release(self, resource: Resource) -> Resource:
        """Remove our finalizer from the object with this uid, whatever others have edited. Idempotent.

        Returns the new resource.
        """
        ...

    async def refresh(self, resource: Resource) -> None:
        """Read a resource again, so that the store has it as it is now. Changes nothing."""
        ...


class ApiServerContact(Protocol):
    """When the API server last answered."""

    def silence(self) -> timedelta:
        """Return how long ago the API server last answered any call (monotonic time)."""
        ...


class SecretStore(Protocol):
    """Reads Secrets of the API server one at a time, when they are needed."""

    async def read_secret(self, key: ObjectKey) -> KubernetesSecret | None:
        """Read a Secret; returns None when there is none.

        Raises `Halted` (`Reason.SECRET_UNREADABLE`) when the operator has no right to read it or its owner has not
        labelled it for the operator, and `ApiServerUnavailable`.
        """
        ...


class ConfigMapStore(Protocol):
    """Reads, makes and deletes ConfigMaps at the API server.

    Every call may raise `ConfigMapRefused` when a right is missing, a quota is used up or a policy of the cluster
    forbids it, and `ApiServerUnavailable`.
    """

    async def read_version(self, key: ObjectKey) -> ConfigMapVersion:
        """Read which version of a ConfigMap there is, without what it holds. One that is missing has no version."""
        ...

    async def read(self, key: ObjectKey) -> ConfigMap | None:
        """Read a ConfigMap; returns None when there is none."""
        ...

    async def create(self, config_map: NewConfigMap) -> None:
        """Make an immutable ConfigMap. Idempotent: one that holds the same already is left as it is.

        Raises `ConfigMapTaken` when there is one of its name that holds something else.
        """
        ...

    async def delete(self, key: ObjectKey) -> None:
        """Delete a ConfigMap. Idempotent."""
        ...


class DefinitionStore(Protocol):
    """Reads our own CRDs at the API server."""

    async def is_job_kind_deleted(self) -> bool:
        """Whether the CRD of SynchronizationJobs is being deleted, and all its objects with it.

        An object whose deletion was seen before this call is deleted for that cause only if this says so. Raises
        `ApiServerUnavailable`.
        """
        ...


class NamespaceStore(Protocol):
    """Reads Namespaces of the API server."""

    async def read_annotations(self, namespace: str) -> Mapping[str, str] | None:
        """Read the annotations of a Namespace.

        Returns None when there is none, or when the operator has no right to read it. Raises `ApiServerUnavailable`.
        """
        ...


class Subject(StoredObject, Protocol):
    """An object that an Event may be about."""

    @property
    def kind(self) -> str:
        """One of the kinds of the operator."""
        ...


class EventSink(Protocol):
    """Posts Events. Never blocks, never raises."""

    def record(self, subject: Subject, event: Event) -> None:
        """Post an Event on an object of the operator. Events are not guaranteed to arrive."""
        ...


class ResourceChanged(Exception):
    """The resource is no longer what this pass has read (409). The pass ends, and the next one observes again."""


class WriteHeldBack(ResourceChanged):
    """A write to Graph was held back directly before it was sent. Nothing was sent, and the pass starts anew."""


class ApiServerSilent(WriteHeldBack):
    """A write to Graph was held back because the API server has not answered for too long."""


class ResourceGone(Exception):
    """The resource no longer exists (404). Nothing is left to do."""


class ApiServerUnavailable(Exception):
    """The API server could not be reached, or refused for a reason of its own. The pass is repeated with backoff."""


class WriteRefused(ApiServerUnavailable):
    """The API server answered that it does not take a write, mostly because admission stops it.

    The message has its words. Other writes may be taken, so the status can say it.
    """


class ConfigMapRefused(Exception):
    """The API server does not let a ConfigMap be read or written. The message has its words."""


class ConfigMapTaken(Exception):
    """A ConfigMap cannot be made, because somebody else has made one of its name. The message names it."""
