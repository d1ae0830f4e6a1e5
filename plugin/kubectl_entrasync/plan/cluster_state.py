"""What a plan reads of a cluster, if there is one: our resources, defaults of namespaces, Secrets and ConfigMaps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from kubernetes import client
from urllib3.exceptions import HTTPError

from entrasync.core.primitives.object_key import ObjectKey
from kubectl_entrasync.cluster.access import Access, ClusterFlags, open_access
from kubectl_entrasync.cluster.objects import CONNECT_SECONDS, READ_SECONDS, Objects
from kubectl_entrasync.cluster.pages import Object
from kubectl_entrasync.failure import Failure

_TIMEOUT = (CONNECT_SECONDS, READ_SECONDS)


class NotRead(Exception):
    """An object that the cluster does not show, because of missing rights or no answer."""


@dataclass(frozen=True)
class ClusterState:
    """The cluster as it is. Without one it has no access, and `absence` says why."""

    namespace: str = "default"
    """That of manifests which name none."""
    jobs: Mapping[ObjectKey, Object] = field(default_factory=dict)
    absence: str | None = None
    access: Access | None = None

    def read_secret(self, key: ObjectKey) -> Object | None:
        """Read a Secret; None if there is none. Raises `NotRead`."""
        return self._read("secrets", lambda api: api.read_namespaced_secret, key.name, key.namespace)

    def read_config_map(self, key: ObjectKey) -> Object | None:
        """Read a ConfigMap; None if there is none. Raises `NotRead`."""
        return self._read("configmaps", lambda api: api.read_namespaced_config_map, key.name, key.namespace)

    def read_namespace(self, name: str) -> Object | None:
        """Read a Namespace; None if there is none. Raises `NotRead`."""
        return self._read("namespaces", lambda api: api.read_namespace, name)

    def _read(self, plural: str, choose: Callable[[Any], Any], *place: str) -> Object | None:
        if self.access is None:
            raise NotRead("no cluster was read")
        api = client.CoreV1Api(self.access.api)
        try:
            found = choose(api)(*place, _request_timeout=_TIMEOUT)
        except client.ApiException as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise NotRead(f"you may not get {plural} there" if refused.status == HTTPStatus.FORBIDDEN else "") from None
        except HTTPError:
            raise NotRead("the cluster does not answer") from None
        document: Object = self.access.api.sanitize_for_serialization(found)
        return document


def read_cluster(flags: ClusterFlags, *, is_offline: bool) -> ClusterState:
    """Read all resources of ours. Where that fails, the state says why, and the plan goes on without."""
    named = flags.namespace or "default"
    if is_offline:
        return ClusterState(named, absence="No cluster was read, as --offline asks.")
    try:
        access = open_access(flags)
        namespace = access.namespace or named
        everywhere = Access(access.api, access.context, None)
        jobs = _list(everywhere, access)
    except Failure as failure:
        return ClusterState(named, absence=f"No cluster was read. {failure}")
    return ClusterState(namespace, {_key_of(each): each for each in jobs}, access=access)


def _list(*attempts: Access) -> list[Object]:
    """List our resources in all namespaces, or else in that of the context."""
    *before, last = attempts
    for access in before:
        try:
            return Objects(access).list_all()
        except Failure:
            continue
    return Objects(last).list_all()


def _key_of(document: Object) -> ObjectKey:
    metadata = document["metadata"]
    return ObjectKey(metadata["namespace"], metadata["name"])
