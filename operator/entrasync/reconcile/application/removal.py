"""Takes credentials of ours out of Graph, and looks whether that is all that went."""

from collections.abc import Iterable
from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.application.rules import explain_missing
from entrasync.core.application.status import with_unconfirmed_keys, without_secrets
from entrasync.core.decision.action import CheckForeignKeys, RemoveSecrets
from entrasync.core.decision.errors import Refused, Waiting
from entrasync.core.decision.event import Event
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.foreign_keys import others_than_ours, watching
from entrasync.reconcile.application.memory import ApplicationMemory
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.step.action_result import ActionResult
from entrasync.reconcile.step.resource_writer import WorkingCopies

BAD_REQUEST = 400


class SecretRemoval:
    """Removes what we had saved. A key is told as removed once Graph no longer shows it."""

    def __init__(self, copies: WorkingCopies, *, events: EventSink, clock: Clock) -> None:
        self._copies = copies
        self._events = events
        self._clock = clock

    async def remove(
        self, api: SyncApi, action: RemoveSecrets, resource: Resource, memory: ApplicationMemory
    ) -> ActionResult:
        """Remove, and look. A key that stays after a second try is told as such and left to itself.

        Raises `Waiting` while Graph may only not show yet that it is gone, and what `SyncApi` raises.
        """
        service_principal_id = action.service_principal_id
        if memory.stored is None or resource.is_deleting:
            await self._look(api, service_principal_id, resource, memory)
        due = memory.due_removals(_shown(action, memory), self._clock.now())
        again, refused = due & memory.removing.keys(), frozenset[str]()
        if due:
            resource, refused = await self._send(api, RemoveSecrets(service_principal_id, due), resource, memory)
            await self._look(api, service_principal_id, resource, memory)
        shown = _shown(action, memory)
        kept = refused | (again & shown)
        gone = action.keys - shown - kept
        memory.forget_saved(gone | kept)
        self._record(resource, gone, kept)
        if not due and not gone:
            message = f"Graph was told to remove {_list(shown)}, and still shows it; looked at again."
            raise Waiting(Reason.WAITING_FOR_REPLICATION, message, after=STALE_READ_DELAY)
        return await self._settle(resource, gone | kept, memory)

    async def check(
        self, api: SyncApi, action: CheckForeignKeys, resource: Resource, memory: ApplicationMemory
    ) -> ActionResult:
        """Look whether the keys of others are still there. Raises `Waiting` until that is sure."""
        memory.foreign.expect(resource.application.unconfirmed_keys)
        await self._look(api, action.service_principal_id, resource, memory)
        if memory.foreign.missing:
            message = explain_missing(resource, memory.foreign.missing)
            raise Waiting(Reason.WAITING_FOR_REPLICATION, message, after=STALE_READ_DELAY)
        return await self._settle(resource, frozenset(), memory)

    async def _send(
        self, api: SyncApi, action: RemoveSecrets, resource: Resource, memory: ApplicationMemory
    ) -> tuple[Resource, frozenset[str]]:
        others = others_than_ours(memory.stored, resource)
        resource = await self._copies.write(resource, with_unconfirmed_keys(resource, others))
        with watching(others, memory.foreign):
            refused = await _remove_each(api, action)
        memory.note_removal(action.keys - refused, self._clock.now())
        return resource, refused

    async def _look(
        self, api: SyncApi, service_principal_id: str, resource: Resource, memory: ApplicationMemory
    ) -> None:
        stored = SecretValues.shown(await api.list_secrets(service_principal_id))
        memory.note_look(stored, memory.looked_for, self._clock.now(), lost=resource.application.lost_keys)

    async def _settle(self, resource: Resource, keys: frozenset[str], memory: ApplicationMemory) -> ActionResult:
        """Forget what is ours no more; on the way out at once, for a deletion may go on for long."""
        foreign = memory.foreign
        status = without_secrets(resource, keys, lost=foreign.lost, is_confirmed=not foreign.unconfirmed)
        if resource.is_deleting:
            return ActionResult(await self._copies.write(resource, status))
        return ActionResult(replace(resource, status=status))

    def _record(self, resource: Resource, gone: frozenset[str], kept: frozenset[str]) -> None:
        if gone:
            removed = Event("Normal", Reason.SECRETS_REMOVED, f"Removed {_list(gone)} from Graph.")
            self._events.record(resource, removed)
        if kept:
            message = f"Graph does not remove {_list(kept)}: such a key stays, and is no longer looked after."
            self._events.record(resource, Event("Warning", Reason.SECRET_NOT_REMOVABLE, message))


async def _remove_each(api: SyncApi, action: RemoveSecrets) -> frozenset[str]:
    """Remove all at once, or one by one where Graph refuses that; returns those that it keeps."""
    service_principal_id = action.service_principal_id
    try:
        await api.put_secrets(service_principal_id, dict.fromkeys(sorted(action.keys), ""))
    except Refused as error:
        if error.answer.status != BAD_REQUEST:
            raise
        if len(action.keys) == 1:
            return action.keys
        kept = [
            await _remove_each(api, RemoveSecrets(service_principal_id, frozenset({key})))
            for key in sorted(action.keys)
        ]
        return frozenset().union(*kept)
    return frozenset()


def _shown(action: RemoveSecrets, memory: ApplicationMemory) -> frozenset[str]:
    return action.keys & frozenset(memory.stored or ())


def _list(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))
