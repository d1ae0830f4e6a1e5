"""Handlers that remove our secrets from Graph, and that check whether foreign keys were lost with them."""

from collections.abc import Iterable
from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.application.actions import CheckForeignKeys, RemoveSecrets
from entrasync.core.application.deletion import refuse_removal
from entrasync.core.application.lost_keys import explain_missing
from entrasync.core.application.record import with_unconfirmed_keys, without_secrets
from entrasync.core.application.secret_write import plan_removal
from entrasync.core.decision.errors import EntraSyncError, Halted, PossiblyReplicating, Refused
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.foreign_keys import check_after_write, find_foreign_keys
from entrasync.reconcile.application.memory import ApplicationMemory, ApplicationMemoryStore
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.missing_service_principal import diagnose_refusal
from entrasync.reconcile.step.resource_writer import ResourceWriter, keep_intent_on_lost_answer


class ForeignKeyCheck:
    """Reads the keys of a service principal after a write of ours, and records what happened to the foreign ones."""

    def __init__(self, writer: ResourceWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def read_stored(self, service_principal_id: str, context: Context, memory: ApplicationMemory) -> None:
        """Read the stored secrets and record what Graph showed. Raises what `SyncApi` raises."""
        try:
            stored = SecretValues.shown(await context.graph.list_secrets(service_principal_id))
        except PossiblyReplicating as error:
            raise await diagnose_refusal(context.graph, context.resource, error) from error
        lost = context.resource.application.lost_keys
        memory.note_look(stored, memory.looked_for, self._clock.now(), lost=lost)

    async def settle(self, resource: Resource, keys: frozenset[str], memory: ApplicationMemory) -> ActionResult:
        """Forget the keys that are ours no more. For a resource that is being deleted this is written at once."""
        foreign = memory.foreign
        record = without_secrets(resource.record, keys, lost=foreign.lost, is_confirmed=not foreign.unconfirmed)
        if resource.is_deleting:
            return ActionResult(await self._writer.write_ahead(resource, record))
        return ActionResult(resource.with_record(record))


class CheckHandler(Handler[CheckForeignKeys]):
    """Checks whether the foreign keys still exist."""

    def __init__(self, writer: ResourceWriter, memories: ApplicationMemoryStore, *, clock: Clock) -> None:
        self._memories = memories
        self._foreign = ForeignKeyCheck(writer, clock)

    async def perform(self, action: CheckForeignKeys, context: Context) -> ActionResult:
        """Read the keys. Raises `Halted` until it is certain what happened to the foreign ones."""
        resource, memory = context.resource, self._memories.recall(context.resource)
        memory.foreign.expect(resource.application.unconfirmed_keys)
        await self._foreign.read_stored(action.service_principal_id, context, memory)
        if memory.foreign.missing:
            message = explain_missing(resource, memory.foreign.missing)
            raise Halted(Wait(Reason.WAITING_FOR_REPLICATION, message, after=STALE_READ_DELAY))
        return await self._foreign.settle(resource, frozenset(), memory)


class RemoveHandler(Handler[RemoveSecrets]):
    """Removes the secrets that we saved. A key counts as removed once Graph no longer shows it."""

    def __init__(
        self, writer: ResourceWriter, memories: ApplicationMemoryStore, *, events: EventSink, clock: Clock
    ) -> None:
        self._writer = writer
        self._memories = memories
        self._events = events
        self._clock = clock
        self._foreign = ForeignKeyCheck(writer, clock)

    async def perform(self, action: RemoveSecrets, context: Context) -> ActionResult:
        """Remove the keys, and read them again.

        A key that stays after a second try is left, and an Event reports it.

        Raises `Halted` while Graph may still show a removed key, and what `SyncApi` raises.
        """
        resource, memory = context.resource, self._memories.recall(context.resource)
        service_principal_id = action.service_principal_id
        if memory.stored is None or resource.is_deleting:
            await self._foreign.read_stored(service_principal_id, context, memory)
        due = memory.due_removals(_shown(action, memory), self._clock.now())
        again, refused = due & memory.removing.keys(), frozenset[str]()
        if due:
            resource, refused = await self._send(replace(action, keys=due), context, memory)
            context = replace(context, resource=resource)
            await self._foreign.read_stored(service_principal_id, context, memory)
        shown = _shown(action, memory)
        kept = (refused | again) & shown
        gone = action.keys - shown - kept
        memory.forget_saved(gone | kept)
        self._record(resource, gone, kept)
        if not due and not gone:
            message = f"Graph was told to remove {_list(shown)}, and still shows it. It is looked at again."
            raise Halted(Wait(Reason.WAITING_FOR_REPLICATION, message, after=STALE_READ_DELAY))
        return await self._foreign.settle(resource, gone | kept, memory)

    def recover(self, action: RemoveSecrets, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep what was recorded before the removal was sent."""
        return keep_intent_on_lost_answer(self._writer, error, facts)

    async def _send(
        self, action: RemoveSecrets, context: Context, memory: ApplicationMemory
    ) -> tuple[Resource, frozenset[str]]:
        resource, stored = context.resource, memory.stored or SecretValues()
        write = plan_removal(stored, action.keys, action.known.only(memory.saved_among(action.known)))
        if write.at_risk and not action.overwrites_others:
            raise Halted(refuse_removal(resource, action.service_principal_id, write.at_risk))
        others = find_foreign_keys(stored, resource) - write.at_risk
        resource = await self._writer.write_ahead(resource, with_unconfirmed_keys(resource.record, others))
        try:
            with check_after_write(others, memory.foreign):
                refused = await _remove_each(context.graph, action, write.along)
        except PossiblyReplicating as error:
            raise await diagnose_refusal(context.graph, context.resource, error) from error
        memory.note_removal(action.keys - refused, self._clock.now())
        return resource, refused

    def _record(self, resource: Resource, gone: frozenset[str], kept: frozenset[str]) -> None:
        if gone:
            removed = Event("Normal", Reason.SECRETS_REMOVED, f"Removed {_list(gone)} from Graph.")
            self._events.record(resource, removed)
        if kept:
            message = (
                f"Graph does not remove {_list(kept)}: such a key stays, and is no longer looked after. Remove it in "
                "the portal if it must go."
            )
            self._events.record(resource, Event("Warning", Reason.SECRET_NOT_REMOVABLE, message))


async def _remove_each(graph: SyncApi, action: RemoveSecrets, along: SecretValues) -> frozenset[str]:
    """Remove all keys at once, or one by one where Graph refuses that. Returns the keys that Graph keeps.

    What stays is sent `along` each time, because Graph may replace all secrets.
    """
    service_principal_id = action.service_principal_id
    try:
        await graph.put_secrets(service_principal_id, {**along, **dict.fromkeys(sorted(action.keys), "")})
    except Refused as error:
        if not error.answer.is_bad_request:
            raise
        if len(action.keys) == 1:
            return action.keys
        each = [replace(action, keys=frozenset({key})) for key in sorted(action.keys)]
        return frozenset().union(*[await _remove_each(graph, one, along) for one in each])
    return frozenset()


def _shown(action: RemoveSecrets, memory: ApplicationMemory) -> frozenset[str]:
    return action.keys & frozenset(memory.stored or ())


def _list(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))
