"""Handlers that save the secrets of `spec.application`, and that remove an outdated acknowledgement of a loss."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import ForgetAcknowledgement, SaveSecrets
from entrasync.core.application.record import (
    with_deprecation_reported,
    with_possibly_saved_keys,
    with_saved_secrets,
    with_unconfirmed_keys,
)
from entrasync.core.application.refusal import judge_refusal
from entrasync.core.application.rules import wanted_scope
from entrasync.core.decision.errors import EntraSyncError, GraphAnswer, OutcomeUnknown, Refused
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.record.job_record import JobRecord
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS, SYNC_ALL, SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.record import with_restart_intent
from entrasync.reconcile.application.foreign_keys import check_after_write, find_foreign_keys
from entrasync.reconcile.application.memory import ApplicationMemoryStore
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter, keep_intent_on_lost_answer


class SaveHandler(Handler[SaveSecrets]):
    """Saves secrets on a service principal."""

    def __init__(
        self,
        writer: ResourceWriter,
        memories: ApplicationMemoryStore,
        *,
        events: EventSink,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._memories = memories
        self._events = events
        self._clock = clock

    async def perform(self, action: SaveSecrets, context: Context) -> ActionResult:
        """Validate, record that a restart will be due, save. When the values are refused, nothing is saved.

        A crash after the record leads to at most one restart; a crash after the PUT leads to another PUT of the same
        values.
        """
        resource, memory = context.resource, self._memories.recall(context.resource)
        if action.tried is not None and not await self._validate(action, action.tried, context):
            return ActionResult(resource, is_refused=True)
        await context.guard.renew_contact(resource)
        context.guard.check_write(resource, context.connection, saves_secrets=True)
        others = find_foreign_keys(memory.stored, resource) - action.overwritten
        resource = await self._writer.write_ahead(resource, self._with_intent(action, others, resource))
        try:
            with check_after_write(others, memory.foreign):
                await context.graph.put_secrets(action.service_principal_id, {**action.along, **action.values})
        except WriteHeldBack:
            await self._writer.take_back(resource, context.resource.record)
            raise
        except (OutcomeUnknown, asyncio.CancelledError):
            memory.forget_saved(action.values)
            context.memory.possibly_saved |= action.values.keys()
            raise
        generation, now = context.resource.generation, self._clock.now()
        memory.note_saved(action.values, now, generation=generation, is_validated=_is_validated(action))
        self._record_saved(action, resource)
        if context.graph.is_losing_secrets:
            resource = self._record_deprecation(resource)
        return ActionResult(self._with_saved(action, resource))

    def recover(self, action: SaveSecrets, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep what was recorded before the secrets were sent, and which keys Graph may have saved."""
        facts = keep_intent_on_lost_answer(self._writer, error, facts)
        if not isinstance(error, OutcomeUnknown):
            return facts
        record = with_possibly_saved_keys(facts.resource.record, action.values.keys())
        return replace(facts, resource=facts.resource.with_record(record))

    def _with_intent(self, action: SaveSecrets, others: frozenset[str], resource: Resource) -> JobRecord:
        """Record what a crash must not lose: that a restart will be due, and which keys are foreign."""
        record = with_unconfirmed_keys(resource.record, others)
        if not action.needs_restart or (resource.is_restart_due and not resource.restart_tries):
            return record
        service_principal_id = resource.service_principal_id
        return with_restart_intent(record, self._clock.now(), service_principal_id=service_principal_id)

    def _with_saved(self, action: SaveSecrets, resource: Resource) -> Resource:
        record = with_saved_secrets(
            resource.record,
            action.values.keys(),
            is_validated=_is_validated(action),
            is_scope_in_force=SYNC_ALL in action.values and not action.needs_restart,
            scope=wanted_scope(resource),
            now=self._clock.now(),
        )
        return resource.with_record(record)

    async def _validate(self, action: SaveSecrets, tried: SecretValues, context: Context) -> bool:
        try:
            await context.graph.validate_credentials(action.service_principal_id, action.job_id, tried)
        except Refused as error:
            if not error.answer.is_bad_request:
                raise
            self._note_refusal(tried, error.answer, context.resource)
            return False
        return True

    def _note_refusal(self, tried: SecretValues, answer: GraphAnswer, resource: Resource) -> None:
        memory, now = self._memories.recall(resource), self._clock.now()
        since = memory.refused_since(tried, resource.generation) or now
        memory.note_refusal(tried, resource.generation, judge_refusal(answer, since=since, now=now))

    def _record_saved(self, action: SaveSecrets, resource: Resource) -> None:
        where = f"of service principal {action.service_principal_id}"
        if action.corrects_drift:
            message = f"{_list(action.corrects_drift)} {where} had been changed from outside and was saved again."
            self._record(resource, "Normal", Reason.DRIFT_CORRECTED, message)
        else:
            self._record(resource, "Normal", Reason.SECRETS_SAVED, f"Saved {_list(action.values.keys())} {where}.")
        if action.overwritten:
            message = (
                f"Graph masks {_list(action.overwritten)} {where}, which could not be sent along and may be lost, as "
                "spec.application.credentials.otherKeys allows."
            )
            self._record(resource, "Warning", Reason.OTHER_KEYS_AT_RISK, message)

    def _record_deprecation(self, resource: Resource) -> Resource:
        """Report once, even over restarts of the operator, that Graph will remove the calls."""
        if resource.application.is_deprecation_reported:
            return resource
        message = (
            "Microsoft removes the calls that secrets are saved by from Graph's beta on 2027-07-06. "
            "Use apiVersion v1.0 in the GraphConnection."
        )
        self._record(resource, "Warning", Reason.SECRETS_DEPRECATED, message)
        return resource.with_record(with_deprecation_reported(resource.record))

    def _record(self, resource: Resource, kind: Literal["Normal", "Warning"], reason: Reason, message: str) -> None:
        self._events.record(resource, Event(kind, reason, message))


class AcknowledgementHandler(Handler[ForgetAcknowledgement]):
    """Removes the annotation that acknowledges a loss. It does not cover a new loss."""

    def __init__(self, writer: ResourceWriter) -> None:
        self._writer = writer

    async def perform(self, action: ForgetAcknowledgement, context: Context) -> ActionResult:
        """Remove the annotation."""
        patch = {"annotations": {FOREIGN_SECRET_ANNOTATION: None}}
        return ActionResult(await self._writer.write_metadata(context.resource, patch))


def _is_validated(action: SaveSecrets) -> bool | None:
    """Return whether the credentials that were sent were validated; None when there were none."""
    if action.tried is not None:
        return True
    return False if action.values.keys() - NON_CREDENTIAL_KEYS else None


def _list(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))
