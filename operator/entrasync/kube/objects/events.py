"""Events on our resources. They are posted one after another in the background, and dropped when too many wait."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from entrasync.api.names import API_VERSION, EVENT_SOURCE
from entrasync.core.decision.event import Event
from entrasync.core.primitives.times import write_time
from entrasync.kube.client.api_client import ApiClient, Forbidden, NamespaceTerminating
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, Subject

LOG = logging.getLogger("entrasync.events")

MAX_MESSAGE_LENGTH = 1024
"""The API server's limit for Events."""

MAX_QUEUED_EVENTS = 1000

MAX_REFUSING_NAMESPACES = 1000
"""Namespaces remembered as having refused an Event."""


class EventPoster:
    """Implements `reconcile.ports.kubernetes.EventSink`. Event times are real time, which `wall` returns."""

    def __init__(self, api_client: ApiClient, wall: Callable[[], datetime]) -> None:
        self._api_client = api_client
        self._wall = wall
        self._waiting: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(MAX_QUEUED_EVENTS)
        self._refusing: set[str] = set()

    def record(self, subject: Subject, event: Event) -> None:
        """Log an Event and queue it. When too many wait, it is only logged."""
        level = logging.WARNING if event.type == "Warning" else logging.INFO
        LOG.log(level, event.message, extra={"resource": str(subject.key), "action": str(event.reason)})
        body = _write(subject, event, write_time(self._wall()))
        try:
            self._waiting.put_nowait((subject.key.namespace, body))
        except asyncio.QueueFull:
            LOG.warning(
                "Too many Events wait; one was dropped.", extra={"resource": str(subject.key), "why": event.reason}
            )

    async def post_all(self) -> None:
        """Run for ever: post the queued Events."""
        while True:
            namespace, body = await self._waiting.get()
            try:
                await self._api_client.call("POST", f"/api/v1/namespaces/{quote(namespace)}/events", body=body)
                self._refusing.discard(namespace)
            except Forbidden as error:
                self._log_refusal(namespace, error)
            except (ApiServerUnavailable, ResourceGone, ResourceChanged) as error:
                LOG.warning("An Event could not be posted.", extra={"why": str(error)})
            finally:
                self._waiting.task_done()

    def _log_refusal(self, namespace: str, error: Forbidden) -> None:
        """Log a refusal once per namespace, for a missing right refuses all Events. One that ends is no warning."""
        is_ending = isinstance(error, NamespaceTerminating)
        level = logging.DEBUG if namespace in self._refusing else logging.INFO if is_ending else logging.WARNING
        LOG.log(level, "An Event could not be posted.", extra={"why": str(error)})
        if len(self._refusing) >= MAX_REFUSING_NAMESPACES:
            self._refusing.clear()
        self._refusing.add(namespace)

    async def drain(self) -> None:
        """Wait until the queue is empty."""
        await self._waiting.join()


def _write(subject: Subject, event: Event, now: str) -> dict[str, Any]:
    involved = {
        "apiVersion": API_VERSION,
        "kind": subject.kind,
        "namespace": subject.key.namespace,
        "name": subject.key.name,
        "uid": subject.uid,
        "resourceVersion": subject.resource_version,
    }
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{subject.key.name[:200]}.", "namespace": subject.key.namespace},
        "involvedObject": involved,
        "type": event.type,
        "reason": str(event.reason),
        "message": event.message[:MAX_MESSAGE_LENGTH],
        "source": {"component": EVENT_SOURCE},
        "reportingComponent": EVENT_SOURCE,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
