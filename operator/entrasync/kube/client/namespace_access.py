"""Which namespaces the API server refuses, and which of our kinds it no longer serves, learnt from its answers."""

import logging
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

import aiohttp

from entrasync.api.names import GROUP, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.quotes import shorten

LOG = logging.getLogger("entrasync.kube")

STARTUP_GRACE_SECONDS = 30.0
"""Real seconds that the start waits, once a namespace answers, for those that refuse: they may come next."""

Namespace = str | None
"""A namespace, or None for the whole cluster."""

_PATH = re.compile(rf"/apis/{re.escape(GROUP)}/{VERSION}/(?:namespaces/([^/]+)/)?([a-z]+)(/|$)")


class NamespaceAccess:
    """Learns from every answer on our kinds, to Kopf's calls and to our own, what may be listed and watched where.

    A namespace that is gone and one that never granted us a right look alike: both answer 403, for the Role is gone
    too.
    """

    def __init__(self, namespaces: Sequence[str] = ()) -> None:
        self.namespaces: tuple[Namespace, ...] = tuple(dict.fromkeys(namespaces)) or (None,)
        self._refused: defaultdict[Namespace, set[tuple[str, str]]] = defaultdict(set)
        self._suspects: set[Namespace] = set()
        self._served: set[str] = set()
        self._absent: set[str] = set()
        self._answered_since: float | None = None

    @property
    def refused(self) -> tuple[Namespace, ...]:
        """Where a list or a watch of one of our kinds was refused, and has not been allowed since."""
        return tuple(namespace for namespace in self.namespaces if self._refused.get(namespace))

    @property
    def is_all_refused(self) -> bool:
        """Whether every namespace is refused."""
        return len(self.refused) == len(self.namespaces)

    @property
    def is_startup_grace_over(self) -> bool:
        """Whether the start has waited long enough, since the first namespace answered, for those that refuse."""
        return self._answered_since is not None and time.monotonic() - self._answered_since >= STARTUP_GRACE_SECONDS

    def is_refused(self, namespace: str) -> bool:
        """Whether the resources of a namespace cannot be read now."""
        return bool(self._refused.get(namespace) or self._refused.get(None))

    @property
    def absent_crds(self) -> list[str]:
        """The CRDs that were served and are not any more."""
        return sorted(f"{plural}.{GROUP}" for plural in self._absent)

    def may_act(self, key: ObjectKey) -> bool:
        """Whether an object may be acted on: what was last read in a refused namespace may be long out of date."""
        return not self.is_refused(key.namespace)

    def take_suspected(self) -> set[Namespace]:
        """Hand over, once, the namespaces where a write was refused. A list shows whether they are refused as well."""
        suspects, self._suspects = self._suspects, set()
        return suspects

    async def record_response(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Pass a call on and learn from its answer. A middleware of the session."""
        response = await handler(request)
        found = _PATH.search(request.url.path)
        if found is None or found[1] not in self.namespaces:
            return response
        namespace, plural, rest = found.groups()
        if request.method == "GET" and not rest:
            verb = "watch" if "watch" in request.url.query else "list"
            self._learn_served(plural, response)
            await self._learn(namespace, (verb, plural), response)
        elif response.status == HTTPStatus.FORBIDDEN:
            self._suspects.add(namespace)
        return response

    def _learn_served(self, plural: str, response: aiohttp.ClientResponse) -> None:
        """Learn whether a kind is served. One that was never served is waited for at the start, which says so."""
        if response.status == HTTPStatus.NOT_FOUND and plural in self._served - self._absent:
            self._absent.add(plural)
            LOG.warning(explain_missing_crd(plural, "not there any more"))
        elif response.ok:
            self._served.add(plural)
            if plural in self._absent:
                self._absent.remove(plural)
                LOG.info("The API server serves %s.%s again.", plural, GROUP)

    async def _learn(self, namespace: Namespace, right: tuple[str, str], response: aiohttp.ClientResponse) -> None:
        was_refused = bool(self._refused.get(namespace))
        if response.status == HTTPStatus.FORBIDDEN:
            self._refused[namespace].add(right)
            if not was_refused:
                LOG.warning(_explain(namespace), extra={"why": await _words(response)})
        elif response.ok:
            self._answered_since = self._answered_since or time.monotonic()
            self._refused[namespace].discard(right)
            if was_refused and not self._refused[namespace]:
                LOG.info("The API server lets the operator read %s again.", _describe(namespace))


def _describe(namespace: Namespace) -> str:
    """Name a namespace, or the cluster, in a message."""
    return f"namespace {namespace}" if namespace else "the cluster"


def explain_missing_crd(plural: str, found: str) -> str:
    """Say what was found of a CRD, and how to install it."""
    return (
        f"The CRD {plural}.{GROUP} is {found}, and the operator waits for it. Install it with `helm upgrade` of the "
        "release that has crds.enabled, or with `kubectl apply --server-side -f crds/`."
    )


def _explain(namespace: Namespace) -> str:
    if namespace is None:
        return (
            f"The API server refuses what the operator must list and watch in the cluster: all resources of {GROUP} "
            "are left alone as long as it does; it is checked every 5 s. Give the operator's ServiceAccount the "
            "chart's ClusterRole by a ClusterRoleBinding (helm upgrade does)."
        )
    return (
        f"The API server refuses what the operator must list and watch in namespace {namespace}: its resources are "
        "left alone as long as it does, and other namespaces are not affected; it is checked every 5 s. If the "
        "namespace exists, make the chart's Role and RoleBinding in it (helm upgrade does). If it is gone for good, "
        "take it out of watch.namespaces (--namespaces). If it is being deleted and waits for our finalizer, its "
        'RoleBinding was deleted first: docs/promises.md, "When a namespace is deleted", says what to do.'
    )


async def _words(response: aiohttp.ClientResponse) -> str:
    try:
        return shorten(str((await response.json())["message"]))
    except (aiohttp.ClientError, ValueError, KeyError, TypeError):
        return f"status {response.status}"
