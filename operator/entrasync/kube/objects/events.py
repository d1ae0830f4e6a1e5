"""Events on our resources. They are posted in the background, and dropped when too many wait.

No namespace can hold up the Events of another one for longer than the deadline of a post, and no pass waits for them.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from entrasync.api.names import API_VERSION, EVENT_SOURCE
from entrasync.core.decision.event import Event
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import write_time
from entrasync.kube.client.api_client import ApiClient, NamespaceTerminating
from entrasync.kube.client.paths import encode_segment
from entrasync.kube.objects.event_lines import EventLines
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, Subject

LOG = logging.getLogger("entrasync.events")

MAX_MESSAGE_LENGTH = 1024
"""The API server's limit for Events."""

MAX_POSTS = 16
"""Events that are posted at the same time, each of another namespace."""

POST_DEADLINE = timedelta(seconds=5)
"""Real time after which an Event is given up. A webhook of one namespace may keep the API server from answering."""

MAX_REFUSING_NAMESPACES = 1000
"""Namespaces remembered as having taken no Event the last time."""


class EventPoster:
    """Implements `reconcile.ports.kubernetes.EventSink`. Event times are real time, which `wall` returns."""

    def __init__(
        self, api_client: ApiClient, wall: Callable[[], datetime], *, deadline: timedelta = POST_DEADLINE
    ) -> None:
        self._api_client = api_client
        self._wall = wall
        self._deadline = deadline
        self._lines = EventLines()
        self._refusing: set[str] = set()

    def record(self, subject: Subject, event: Event) -> None:
        """Log an Event and queue it. When too many wait, it is only logged."""
        level = logging.WARNING if event.type == "Warning" else logging.INFO
        LOG.log(level, event.message, extra={"resource": str(subject.key), "action": str(event.reason)})
        if not self._lines.add(subject.key.namespace, _write(subject, event, write_time(self._wall()))):
            LOG.warning(
                "Too many Events wait; one was dropped.", extra={"resource": str(subject.key), "why": event.reason}
            )

    async def post_all(self) -> None:
        """Run for ever: post the queued Events."""
        places = asyncio.Semaphore(MAX_POSTS)
        async with asyncio.TaskGroup() as posts:
            while True:
                await places.acquire()
                namespace, body = await self._lines.take()
                post = posts.create_task(self._post(namespace, body))
                post.add_done_callback(lambda _: places.release())

    async def _post(self, namespace: str, body: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                await self._api_client.call("POST", f"/api/v1/namespaces/{encode_segment(namespace)}/events", body=body)
            self._refusing.discard(namespace)
        except TimeoutError:
            self._log_failure(namespace, f"the API server did not answer within {self._deadline.total_seconds():g} s")
        except (ApiServerUnavailable, ResourceGone, ResourceChanged) as error:
            self._log_failure(namespace, str(error), is_ending=isinstance(error, NamespaceTerminating))
        finally:
            self._lines.finish(namespace)

    def _log_failure(self, namespace: str, why: str, *, is_ending: bool = False) -> None:
        """Log a failure once per namespace, for its cause holds up all Events. A namespace that ends is no warning."""
        level = logging.DEBUG if namespace in self._refusing else logging.INFO if is_ending else logging.WARNING
        LOG.log(level, "An Event could not be posted.", extra={"why": why})
        if len(self._refusing) >= MAX_REFUSING_NAMESPACES:
            self._refusing.clear()
        self._refusing.add(namespace)

    async def drain(self) -> None:
        """Wait until no Event waits."""
        await self._lines.wait_empty()


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
        "message": shorten(event.message, MAX_MESSAGE_LENGTH),
        "source": {"component": EVENT_SOURCE},
        "reportingComponent": EVENT_SOURCE,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
