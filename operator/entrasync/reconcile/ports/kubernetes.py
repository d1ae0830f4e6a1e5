"""What the story needs of the API server, as contracts in words."""

from collections.abc import Mapping
from typing import Any, Protocol

from entrasync.core.decision.event import Event
from entrasync.core.primitives.object_key import ObjectKey, StoredObject
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.kubernetes_secret import KubernetesSecret


class ResourceApi(Protocol):
    """The API server's side of our own kind.

    An answer that shows another object, made anew under the same name, is told as `ResourceChanged` too. Our finalizer
    keeps that from happening to a resource that holds a job.
    Every call may raise `ResourceChanged` (409), `ResourceGone` (404) and `ApiServerUnavailable` (anything else).
    """

    async def patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Merge-patch `metadata`; with a `resourceVersion` inside, a stale one is refused. Returns the new resource."""
        ...

    async def patch_status(
        self, resource: Resource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        """Merge-patch `status` through the subresource, bound to the resource's version if wished.

        Returns the new resource.
        """
        ...


class SecretStore(Protocol):
    """The API server's Secrets, read one at a time, when they are needed."""

    async def read_secret(self, key: ObjectKey) -> KubernetesSecret | None:
        """Read a Secret; None when there is none.

        Raises `Halted` (`Reason.SECRET_UNREADABLE`) when the operator has no right to, and `ApiServerUnavailable`.
        """
        ...


class NamespaceStore(Protocol):
    """The API server's Namespaces."""

    async def read_annotations(self, namespace: str) -> Mapping[str, str] | None:
        """Read the annotations of a Namespace; None when the operator has no right to, or when there is none.

        Raises `ApiServerUnavailable`.
        """
        ...


class Subject(StoredObject, Protocol):
    """An object that an Event may be told of."""

    @property
    def kind(self) -> str:
        """Its kind, one of ours."""
        ...


class EventSink(Protocol):
    """Where Events go. Never blocks, never raises."""

    def record(self, subject: Subject, event: Event) -> None:
        """Post an Event on an object of ours."""
        ...


class ResourceChanged(Exception):
    """The resource is no longer what this pass saw (409): this pass stops and observes anew."""


class ResourceGone(Exception):
    """The resource is no longer there (404): nothing is left to do."""


class ApiServerUnavailable(Exception):
    """The API server could not be reached or refused for a reason of its own: tried again with backoff."""
