"""Where the operator works: the namespaces it was given, or the cluster; and which of them the API server refuses."""

import logging
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

import aiohttp

from entrasync.api.names import GROUP, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.worker_pool import Reconciler

LOG = logging.getLogger("entrasync.kube")

STARTUP_GRACE_SECONDS = 30.0
"""Real seconds that the start waits, once a namespace answers, for those that refuse: their turn may come next."""

HELD_FOR = timedelta(minutes=5)
"""A resource is woken when its namespace answers again; this is for the case that nobody wakes it."""

Place = str | None
"""A namespace, or None for the whole cluster."""

_PATH = re.compile(rf"/apis/{re.escape(GROUP)}/{VERSION}/(?:namespaces/([^/]+)/)?([a-z]+)(/|$)")


class Scope:
    """Learns from every answer on our kinds, to Kopf's calls and to our own, what may be listed and watched where.

    A namespace that is gone and one that never gave us a right look alike: both are 403, for the Role has gone too.
    """

    def __init__(self, namespaces: Sequence[str] = ()) -> None:
        self.places: tuple[Place, ...] = tuple(dict.fromkeys(namespaces)) or (None,)
        self._refused: defaultdict[Place, set[tuple[str, str]]] = defaultdict(set)
        self._suspects: set[Place] = set()
        self._answered_since: float | None = None

    @property
    def refused(self) -> tuple[Place, ...]:
        """Where a list or a watch of one of our kinds was refused, and not allowed since."""
        return tuple(place for place in self.places if self._refused.get(place))

    @property
    def is_closed(self) -> bool:
        """Whether every place is refused."""
        return len(self.refused) == len(self.places)

    @property
    def was_patient(self) -> bool:
        """Whether the start has waited long enough, since the first place answered, for those that refuse."""
        return self._answered_since is not None and time.monotonic() - self._answered_since >= STARTUP_GRACE_SECONDS

    def is_refused(self, namespace: str) -> bool:
        """Whether the resources of a namespace cannot be read now."""
        return bool(self._refused.get(namespace) or self._refused.get(None))

    def take_suspected(self) -> set[Place]:
        """Hand over, once, the places where a write was refused: a list tells whether they are lost."""
        suspects, self._suspects = self._suspects, set()
        return suspects

    def guard(self, reconciler: Reconciler) -> Reconciler:
        """Leave the objects of a refused namespace alone: what was last read of them may be long out of date."""
        return _Guarded(reconciler, self)

    async def record_response(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Pass a call of the session on, and learn from its answer. The middleware of the session."""
        response = await handler(request)
        found = _PATH.search(request.url.path)
        if found is None or found[1] not in self.places:
            return response
        place, plural, rest = found.groups()
        if request.method == "GET" and not rest:
            verb = "watch" if "watch" in request.url.query else "list"
            await self._learn(place, (verb, plural), response)
        elif response.status == HTTPStatus.FORBIDDEN:
            self._suspects.add(place)
        return response

    async def _learn(self, place: Place, right: tuple[str, str], response: aiohttp.ClientResponse) -> None:
        was_refused = bool(self._refused.get(place))
        if response.status == HTTPStatus.FORBIDDEN:
            self._refused[place].add(right)
            if not was_refused:
                LOG.warning(_explain(place), extra={"why": await _words(response)})
        elif response.ok:
            self._answered_since = self._answered_since or time.monotonic()
            self._refused[place].discard(right)
            if was_refused and not self._refused[place]:
                LOG.info("The API server lets the operator read %s now; its resources are looked after.", _name(place))


class _Guarded:
    def __init__(self, reconciler: Reconciler, scope: Scope) -> None:
        self._story = reconciler
        self._scope = scope

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        if self._scope.is_refused(key.namespace):
            return Outcome(HELD_FOR)
        return await self._story.reconcile(key, since=since, is_urgent=is_urgent)

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        await self._story.record_broken(key, since=since)


def _name(place: Place) -> str:
    return f"namespace {place}" if place else "the cluster"


def _explain(place: Place) -> str:
    if place is None:
        return (
            f"The API server refuses what the operator must list and watch in the cluster: all resources of {GROUP} "
            "are left alone until it does not; looked at again every 15 s. Give the operator's ServiceAccount the "
            "chart's ClusterRole by a ClusterRoleBinding (helm upgrade does)."
        )
    return (
        f"The API server refuses what the operator must list and watch in namespace {place}: its resources are left "
        "alone until it does not; looked at again every 15 s; other namespaces are looked after. If the namespace is "
        "there, make the chart's Role and RoleBinding in it (helm upgrade does). If it is gone for good, take it out "
        "of watch.namespaces (--namespaces). If it is being deleted and waits for our finalizer, its RoleBinding was "
        'deleted first: docs/promises.md, "When a namespace is deleted", says what to do.'
    )


async def _words(response: aiohttp.ClientResponse) -> str:
    try:
        return str((await response.json())["message"])[:500]
    except (aiohttp.ClientError, ValueError, KeyError, TypeError):
        return f"status {response.status}"
