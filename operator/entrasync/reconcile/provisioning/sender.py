"""Sends a ProvisioningRequest: schema, rule, intent, POST. After a crash at any point the intent says how to go on."""

from dataclasses import dataclass, replace
from datetime import datetime

from entrasync.api.provisioning_request import ProvisioningRequestSpec
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, OutcomeUnknown, PossiblyReplicating
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.redaction import Redactor
from entrasync.core.primitives.time_limits import SHORT_DELAY, Bounds
from entrasync.core.provisioning.disclosure import MASK, Disclosure, answer_of
from entrasync.core.provisioning.ending import Ending, end_refused, end_reported, end_unanswered
from entrasync.core.provisioning.record import SendIntent
from entrasync.core.provisioning.request_resource import RequestResource, name_subject, subject_of
from entrasync.core.provisioning.schema_rule import SchemaRule, choose_rule
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.credentials import read_credentials
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import SecretStore, WriteHeldBack
from entrasync.reconcile.provisioning.request_permit import RequestPermit
from entrasync.reconcile.provisioning.request_writer import RequestWriter
from entrasync.reconcile.provisioning.send_line import SendLine
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.step.write_guard import WriteGuard

HELD_BACK = Retry(
    Reason.PROVISIONING, "The request was held back directly before it was sent. The operator tries again."
)


@dataclass(frozen=True)
class Turn:
    """A request whose turn it is: its spec, the job that it is sent by, and the line that it has left for that."""

    request: RequestResource
    spec: ProvisioningRequestSpec
    job: Resource
    job_id: str
    service_principal_id: str
    connection: Connection
    tenant: str


@dataclass(frozen=True)
class Sent:
    """How a request ended, and what was sent."""

    ending: Ending
    intent: SendIntent


class RequestSender:
    """Sends requests, each once at most."""

    def __init__(
        self,
        requests: Store[RequestResource],
        jobs: JobStore,
        *,
        guard: WriteGuard,
        line: SendLine,
        writer: RequestWriter,
        secrets: SecretStore,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._requests = requests
        self._jobs = jobs
        self._guard = guard
        self._line = line
        self._writer = writer
        self._secrets = secrets
        self._clock = clock
        self._bounds = bounds

    async def send(self, turn: Turn) -> Sent:
        """Send a request. Raises `EntraSyncError` if nothing was sent, and what the ports raise."""
        permit = RequestPermit(self._guard, self._requests, self._jobs, turn.request, turn.job, turn.connection)
        graph = turn.connection.api.with_permit(permit)
        rule = await self._find_rule(turn, graph)
        disclosure = await self._read_disclosure(turn)
        await self._guard.renew_contact(turn.job)
        permit.check(saves_secrets=False)
        intent = SendIntent(self._clock.now(), turn.service_principal_id, turn.job_id, rule.name)
        sending = await self._writer.record_intent(turn.request, intent)
        try:
            ending = await self._ask(turn, graph, rule, sending, disclosure)
        finally:
            self._line.finish(turn.tenant, turn.request.key, self._clock.now())
        return Sent(ending, intent)

    async def _find_rule(self, turn: Turn, graph: SyncApi) -> SchemaRule:
        try:
            schema = await graph.get_schema(turn.service_principal_id, turn.job_id)
        except PossiblyReplicating as error:
            if not error.answer.is_not_found:
                raise
            message = f"Graph does not show the schema of job {turn.job_id} now. The operator waits for it."
            raise Halted(Wait(Reason.WAITING_FOR_JOB, message, SHORT_DELAY)) from error
        return choose_rule(schema, subject_of(turn.spec).object_type, wanted=turn.spec.rule)

    async def _ask(
        self, turn: Turn, graph: SyncApi, rule: SchemaRule, sending: RequestResource, disclosure: Disclosure
    ) -> Ending:
        """Ask Graph. Whatever was surely not done is taken back, and its error raised unless it is the end."""
        subject = name_subject(turn.spec)
        try:
            report = await graph.provision_on_demand(
                turn.service_principal_id, turn.job_id, rule.id, subject_of(turn.spec)
            )
        except OutcomeUnknown as error:
            return end_unanswered(error, subject, disclosure=disclosure)
        except WriteHeldBack:
            await self._writer.take_back(sending, HELD_BACK)
            raise
        except EntraSyncError as error:
            found = self.judge(turn.request, error)
            halt = replace(found, message=disclosure.show_message(found.message, error))
            if isinstance(halt, Stall):
                return end_refused(halt, answer_of(error), subject)
            await self._writer.take_back(sending, halt)
            raise Halted(halt) from error
        return end_reported(report, subject, disclosure=disclosure)

    def judge(self, request: RequestResource, error: EntraSyncError) -> Halt:
        """Return what an error means for a request. An object that Graph does not know is not waited for."""
        now = self._clock.now()
        is_known_missing = isinstance(error, PossiblyReplicating) and error.answer.is_not_found
        young_until = now if is_known_missing else self._young_until(request, now)
        return error.judge(young_until=young_until, now=now)

    def _young_until(self, request: RequestResource, now: datetime) -> datetime:
        return (request.record.accepted_at or now) + self._bounds.young

    async def _read_disclosure(self, turn: Turn) -> Disclosure:
        """Find out what may be shown. Secrets of the target app, which it may quote, are read only for what shows them.

        Raises `ApiServerUnavailable`.
        """
        application = turn.job.desired.application if turn.job.desired else None
        if application is None or not turn.spec.shows_attributes:
            return Disclosure(turn.spec.shows_attributes)
        known = await read_credentials(self._secrets, turn.job.key.namespace, application)
        if known.unreadable is not None:
            return Disclosure(shows_attributes=True, redact=_mask_all)
        return Disclosure(shows_attributes=True, redact=Redactor(known.values[key] for key in known.origins).redact)


def _mask_all(_: str) -> str:
    return MASK
