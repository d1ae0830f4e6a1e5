"""The only writer of ProvisioningRequests."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from entrasync.core.decision.verdicts import Halt
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.provisioning.ending import Ending
from entrasync.core.provisioning.record import SendIntent
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.provisioning.status import (
    build_accepted_status,
    build_final_status,
    build_sending_status,
    build_unsent_status,
    build_waiting_status,
    ending_event,
)
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, EventSink, ResourceChanged, ResourceGone
from entrasync.reconcile.ports.provisioning import RequestApi, RequestMetrics


class RequestWriter:
    """Writes statuses. Each call may raise `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""

    def __init__(
        self,
        api: RequestApi,
        store: Store[RequestResource],
        *,
        events: EventSink,
        metrics: RequestMetrics,
        clock: Clock,
    ) -> None:
        self._api = api
        self._store = store
        self._events = events
        self._metrics = metrics
        self._clock = clock

    async def accept(self, request: RequestResource) -> RequestResource:
        """Write that the request was seen, first into the status and then as annotation.

        In this order an annotation without a status tells that the status was lost.
        """
        if request.record.accepted_at is None:
            status = build_accepted_status(request, now=self._clock.now(), wall=self._clock.wall())
            request = await self._write(request, status, if_unchanged=True)
        if request.accepted_uid is None:
            annotations = {ACCEPTED_UID_ANNOTATION: request.uid}
            request = await self._api.patch_metadata(request, {"annotations": annotations})
        return request

    async def wait(self, request: RequestResource, halt: Halt, *, place: int | None = None) -> None:
        """Write why the request waits. The place in line is written only when it has halved."""
        shown = request.record.place
        if place is not None and shown is not None and shown / 2 < place <= shown:
            place = shown
        await self._write(request, build_waiting_status(request, halt, place=place, wall=self._clock.wall()))

    async def record_intent(self, request: RequestResource, intent: SendIntent) -> RequestResource:
        """Write that the request is about to be sent, unless it has changed since it was read."""
        status = build_sending_status(request, intent, wall=self._clock.wall())
        return await self._write(request, status, if_unchanged=True)

    async def take_back(self, request: RequestResource, halt: Halt) -> None:
        """Write that the request was not sent after all.

        Raises nothing: where it cannot be written, the intent stands for a request that may have been sent.
        """
        taken_back = build_unsent_status(request, halt, wall=self._clock.wall())
        with suppress(ResourceChanged, ResourceGone, ApiServerUnavailable):
            await self._write(request, taken_back)

    async def end(self, request: RequestResource, ending: Ending, *, intent: SendIntent | None = None) -> None:
        """Write the end of the request, and tell it once."""
        newest = self._store.newest(request)
        if newest.record.is_finished:
            return
        now, wall = self._clock.now(), self._clock.wall()
        status = build_final_status(newest, ending, intent=intent or newest.record.intent, now=now, wall=wall)
        written = await self._write(newest, status)
        self._metrics.provisioning_ended(ending.outcome)
        self._events.record(written, ending_event(ending))

    async def delete(self, request: RequestResource) -> None:
        """Delete the request, whose time to live is over."""
        await self._api.delete(request)

    async def _write(
        self, request: RequestResource, status: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> RequestResource:
        patch = merge_patch(request.status, status)
        if not patch:
            return request
        return await self._api.patch_status(request, patch, if_unchanged=if_unchanged)
