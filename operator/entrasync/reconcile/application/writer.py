"""The writer of `spec.application`: secrets and the restart that a new provisioning scope needs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.application.status import (
    with_restart,
    with_restart_intent,
    with_restart_try,
    with_saved_secrets,
    with_unconfirmed_keys,
    with_unknown_restart,
)
from entrasync.core.decision.action import (
    ApplicationAction,
    CheckForeignKeys,
    ForgetAcknowledgement,
    RemoveSecrets,
    RestartJob,
    SaveSecrets,
)
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused
from entrasync.core.decision.event import Event
from entrasync.core.facts.application_seen import Refusal
from entrasync.core.primitives.clock import Clock
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS, SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.foreign_keys import others_than_ours, watching
from entrasync.reconcile.application.memory import ApplicationMemory
from entrasync.reconcile.application.removal import SecretRemoval
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink, ResourceApi, ResourceChanged
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.step.action_result import ActionResult
from entrasync.reconcile.step.missing_service_principal import explain
from entrasync.reconcile.step.resource_writer import WorkingCopies

BAD_REQUEST = 400

MOST_RESTARTS = 2
"""Whose answers are all lost: each takes the job back to an initial cycle."""

UNTIL_REFUSED_AGAIN = timedelta(minutes=15)
"""Between tries of values that were refused: a target app may lock an account after too many."""

UNTIL_TRIED_AGAIN = timedelta(minutes=1)
"""Between the first tries while the target app can't be asked; the pauses double up to those of a refusal."""


class ApplicationWriter:
    """Carries out what the rules of `spec.application` decide."""

    def __init__(
        self,
        connections: Connections,
        resource_api: ResourceApi,
        resources: Resources,
        memory: MemoryStore,
        *,
        events: EventSink,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._resource_api = resource_api
        self._resources = resources
        self._memory = memory
        self._events = events
        self._clock = clock
        self._copies = WorkingCopies(resource_api, resources)
        self._removal = SecretRemoval(self._copies, events=events, clock=clock)

    async def perform(self, action: ApplicationAction, resource: Resource, *, connection: Connection) -> ActionResult:
        """Carry out one action. Raises what the ports raise."""
        match action:
            case SaveSecrets():
                return await self._save(action, resource, connection=connection)
            case RemoveSecrets() | CheckForeignKeys():
                return await self._remove(action, resource, api=connection.api)
            case RestartJob():
                return await self._restart(action, resource, api=connection.api)
            case ForgetAcknowledgement():
                return await self._forget_acknowledgement(resource)

    async def _save(self, action: SaveSecrets, resource: Resource, *, connection: Connection) -> ActionResult:
        """Try, record that a restart will be due, send. What Graph refuses is kept in memory: nothing is saved then.

        A crash after the record leads to a restart at most; one after the PUT to another PUT of the same.
        """
        api, memory = connection.api, self._application(resource)
        if action.tried is not None and not await self._try(api, action, action.tried, resource):
            return ActionResult(resource, is_refused=True)
        self._refuse_what_was_forbidden_meanwhile(resource, connection)
        others = others_than_ours(memory.stored, resource)
        resource = await self._copies.write(resource, self._with_intent(action, others, resource))
        try:
            with watching(others, memory.foreign):
                await api.put_secrets(action.service_principal_id, action.values)
        except OutcomeUnknown:
            memory.forget_saved(action.values)
            raise
        memory.note_saved(action.values, self._clock.now(), is_validated=_is_validated(action))
        self._record_saved(action, resource)
        if api.is_losing_secrets:
            resource = self._record_deprecation(resource)
        status = with_saved_secrets(
            resource,
            action.values.keys(),
            is_validated=_is_validated(action),
            needs_restart=action.needs_restart,
            now=self._clock.now(),
        )
        return ActionResult(replace(resource, status=status))

    def _with_intent(self, action: SaveSecrets, others: frozenset[str], resource: Resource) -> dict[str, Any]:
        """Write down what a crash must not make us forget: that a restart will be due, and which keys are not ours."""
        status = with_unconfirmed_keys(resource, others)
        if action.needs_restart and (not resource.is_restart_due or resource.restart_tries):
            return with_restart_intent(replace(resource, status=status), self._clock.now())
        return status

    async def _remove(
        self, action: RemoveSecrets | CheckForeignKeys, resource: Resource, *, api: SyncApi
    ) -> ActionResult:
        """Take our credentials out of Graph, or look what became of those of others when we did."""
        memory = self._application(resource)
        try:
            if isinstance(action, CheckForeignKeys):
                return await self._removal.check(api, action, resource, memory)
            return await self._removal.remove(api, action, resource, memory)
        except PossiblyReplicating as error:
            service_principal_id, job_id = action.service_principal_id, resource.held_job_id
            raise await explain(api, error, service_principal_id=service_principal_id, job_id=job_id) from error

    async def _restart(self, action: RestartJob, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Restart with the default scopes. The intent is in the status already; a lost answer leaves it there once."""
        resource = await self._copies.write(resource, with_restart_try(resource))
        try:
            await api.restart_job(action.service_principal_id, action.job_id)
        except OutcomeUnknown:
            if resource.restart_tries < MOST_RESTARTS:
                raise
            return self._give_up_restart(action, resource)
        message = (
            f"Restarted job {action.job_id} to bring the provisioning scope into force. Other jobs of the service "
            "principal take it up with a restart of their own."
        )
        self._record(resource, "Normal", Reason.JOB_RESTARTED, message)
        return ActionResult(replace(resource, status=with_restart(resource)), needs_look=True)

    def _give_up_restart(self, action: RestartJob, resource: Resource) -> ActionResult:
        message = (
            f"Graph answered neither of {MOST_RESTARTS} restarts of job {action.job_id}, and may have done them. None "
            "is sent again: if the job's next cycle is no initial one, restart it in the portal."
        )
        self._record(resource, "Warning", Reason.RESTART_UNANSWERED, message)
        return ActionResult(replace(resource, status=with_unknown_restart(resource)), needs_look=True)

    async def _forget_acknowledgement(self, resource: Resource) -> ActionResult:
        """Take the annotation away: what vanished now, nobody has looked at."""
        patch = {"annotations": {FOREIGN_SECRET_ANNOTATION: None}}
        written = await self._resource_api.patch_metadata(resource, patch)
        return ActionResult(replace(written, status=resource.status))

    async def _try(self, api: SyncApi, action: SaveSecrets, tried: SecretValues, resource: Resource) -> bool:
        try:
            await api.validate_credentials(action.service_principal_id, action.job_id, tried)
        except Refused as error:
            if error.answer.status != BAD_REQUEST:
                raise
            memory = self._application(resource)
            refusal = self._refusal(error.answer, memory.refusals_of(tried, resource.generation))
            memory.note_refusal(tried, resource.generation, refusal)
            return False
        return True

    def _refuse_what_was_forbidden_meanwhile(self, resource: Resource, connection: Connection) -> None:
        """Raise `ResourceChanged` when nothing may be saved any more: to try credentials takes its time."""
        newest, tenant_id = self._resources.get(resource.key) or resource, connection.api.tenant_id
        is_left_alone = newest.is_observe_only or newest.is_suspended
        if is_left_alone or not self._connections.still_leads(newest, connection):
            raise ResourceChanged(f"nothing may be written to Graph for {resource.key} any more")
        if brake := self._resources.find_loss(tenant_id, besides=resource.key):
            raise ResourceChanged(f"no secret may be written in tenant {tenant_id} any more, for {brake} lost one")

    def _refusal(self, answer: GraphAnswer, before: int) -> Refusal:
        is_verdict = not answer.code.endswith(("Unavailable", "Timeout"))
        growing = UNTIL_TRIED_AGAIN * 2 ** min(before, 10)
        pause = UNTIL_REFUSED_AGAIN if is_verdict else min(growing, UNTIL_REFUSED_AGAIN)
        return Refusal(answer.code, answer.message, self._clock.now() + pause, is_verdict)

    def _record_saved(self, action: SaveSecrets, resource: Resource) -> None:
        where = f"of service principal {action.service_principal_id}"
        if action.corrects_drift:
            message = f"{_list(action.corrects_drift)} {where} had been changed from outside and was saved again."
            self._record(resource, "Normal", Reason.DRIFT_CORRECTED, message)
        else:
            self._record(resource, "Normal", Reason.SECRETS_SAVED, f"Saved {_list(action.values.keys())} {where}.")

    def _record_deprecation(self, resource: Resource) -> Resource:
        """Tell once, over restarts too, that the calls will go."""
        if resource.application.is_told_deprecated:
            return resource
        message = (
            "Microsoft removes the calls that secrets are saved by from Graph's beta on 2027-07-06. "
            "Use apiVersion v1.0 in the GraphConnection."
        )
        self._record(resource, "Warning", Reason.SECRETS_DEPRECATED, message)
        told = replace(resource.application, is_told_deprecated=True).write()
        return replace(resource, status=dict(resource.status) | {"application": told})

    def _record(self, resource: Resource, kind: Literal["Normal", "Warning"], reason: Reason, message: str) -> None:
        self._events.record(resource, Event(kind, reason, message))

    def _application(self, resource: Resource) -> ApplicationMemory:
        return self._memory.application_of(resource, self._clock.now())


def _is_validated(action: SaveSecrets) -> bool | None:
    """Tell whether the credentials among what was sent were tried; None when there were none."""
    if action.tried is not None:
        return True
    return False if action.values.keys() - NON_CREDENTIAL_KEYS else None


def _list(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys))
