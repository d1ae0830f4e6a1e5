"""Applies a resource that is not being deleted: observe, plan and perform in rounds, until nothing is left to do."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import EntraSyncError, Halted, OutcomeUnknown
from entrasync.core.decision.verdicts import Do, Halt, Retry, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Observed
from entrasync.core.plan import plan, plan_job, plan_work, service_principal_was_changed
from entrasync.core.primitives.clock import Clock
from entrasync.core.resource.job_resource import Resource
from entrasync.core.status.drift import with_last_drift
from entrasync.core.status.job_status import record_observation
from entrasync.reconcile.application.reader import ApplicationReader
from entrasync.reconcile.application.values_in_hand import ValuesInHand
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.pass_entry import PassEntry
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.schema.memory import SchemaInHand
from entrasync.reconcile.schema.reader import SchemaReader
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult

MAX_ROUNDS = 8
"""The most rounds of one pass, which keeps a fault in the rules from looping. Create and start take four."""

PENDING_ACTION_DELAY = timedelta(seconds=10)
"""Pause before the next pass when Graph does not show yet what this pass has done. Reads may be stale."""


@dataclass(frozen=True)
class PassResult:
    """The result of a pass: the facts at its end, and why it halts (None: the job is as wanted)."""

    facts: Facts
    halt: Halt | None


@dataclass
class _InHand:
    """What one pass has read and no other one may see: values of Secrets, and the schema, which may be large."""

    values: ValuesInHand = field(default_factory=ValuesInHand)
    schema: SchemaInHand = field(default_factory=SchemaInHand)


@dataclass(frozen=True)
class _Decision:
    facts: Facts
    verdict: Verdict | None


class ApplyLoop:
    """Brings one resource as near to its spec as one pass can."""

    def __init__(
        self,
        entry: PassEntry,
        reader: FactsReader,
        *,
        application: ApplicationReader,
        schema: SchemaReader,
        performer: Performer,
        clock: Clock,
    ) -> None:
        self._entry = entry
        self._reader = reader
        self._application = application
        self._schema = schema
        self._performer = performer
        self._clock = clock

    async def apply(self, context: Context) -> PassResult:
        """Observe, plan and perform until nothing is left to do.

        Raises what the first look raises; a later error ends the pass with what was seen.
        """
        in_hand = _InHand()
        result = await self._go(context, in_hand)
        return replace(result, halt=in_hand.values.redact_halt(result.halt))

    async def _go(self, context: Context, in_hand: _InHand) -> PassResult:
        observed = await self._look_first(context)
        taken: list[Action] = []
        for _ in range(MAX_ROUNDS):
            decision = await self._decide(context, observed, in_hand)
            facts, verdict = decision.facts, decision.verdict
            if not isinstance(verdict, Do):
                if not observed.is_assumed:
                    return PassResult(facts, verdict)
                confirmed = await self._confirm(context)
                if not isinstance(confirmed, Observed):
                    return PassResult(facts, confirmed)
                observed = confirmed
                continue
            if verdict.action in taken:
                return PassResult(facts, _pending(verdict.action))
            taken.append(verdict.action)
            acted = await self._act(verdict.action, facts, context)
            if not isinstance(acted, _RoundResult):
                return acted
            context, observed = acted.context, acted.observed
        return PassResult(await self._read_facts(context, observed, in_hand.values), too_many_rounds())

    async def _look_first(self, context: Context) -> Observed:
        try:
            return await self._reader.observe(context)
        except EntraSyncError as error:
            raise self._explain(context, error) from error

    async def _read_facts(self, context: Context, observed: Observed, values: ValuesInHand) -> Facts:
        """Return the facts of this round. What Graph says of the job is redacted before any rule sees it."""
        facts = self._reader.facts(context.resource, observed)
        if facts.job is None:
            return facts
        values.hold(await self._application.read_values(facts, values.credentials))
        return replace(facts, observed=replace(observed, job=values.redact_job(facts.job)))

    async def _decide(self, context: Context, observed: Observed, in_hand: _InHand) -> _Decision:
        """Plan the job first. Once it is held, its schema and the secrets of its service principal are planned too."""
        facts = await self._read_facts(context, observed, in_hand.values)
        observed = facts.observed
        if (verdict := plan_job(facts)) is not None or facts.job is None:
            return _Decision(replace(facts, observed=replace(observed, application=None, job_schema=None)), verdict)
        seen = await self._application.read(context.graph, facts, in_hand.values.credentials)
        schema = await self._schema.read(context.graph, facts, in_hand.schema)
        facts = replace(facts, observed=replace(observed, application=seen, job_schema=schema))
        return _Decision(facts, plan_work(facts))

    async def _confirm(self, context: Context) -> Observed | Halt:
        """Observe once more before a pass ends with an assumed job, because only what was seen is reported."""
        try:
            return await self._reader.observe(context.with_fresh_read(self._clock.now()))
        except EntraSyncError as error:
            return self._entry.judge(context.resource, error)

    async def _act(self, action: Action, facts: Facts, context: Context) -> "_RoundResult | PassResult":
        """Perform one action and observe its effect; a failure ends the pass."""
        resource = facts.resource.with_record(record_observation(facts).record)
        facts = replace(facts, resource=resource)
        try:
            result = await self._performer.perform(action, replace(context, resource=resource))
            result = self._check(action, before=resource, result=result)
        except EntraSyncError as error:
            return self._fail(facts, action, error)
        context = context.with_resource(result.resource, self._clock.now())
        try:
            return _RoundResult(context, await self._look(result, facts, context))
        except EntraSyncError as error:
            return PassResult(replace(facts, resource=result.resource), self._entry.judge(result.resource, error))

    def _check(self, action: Action, *, before: Resource, result: ActionResult) -> ActionResult:
        """Record a corrected drift.

        Raises `ResourceChanged` when the resource is being deleted or was moved meanwhile.
        """
        after = result.resource
        if not result.is_refused:
            after = after.with_record(with_last_drift(after.record, action.drift, now=self._clock.now()))
        has_moved = after.service_principal_id != before.service_principal_id
        if after.is_deleting or after.desired is None or has_moved:
            raise ResourceChanged(f"{before.key} is no longer what this pass began with")
        return replace(result, resource=after)

    async def _look(self, result: ActionResult, facts: Facts, context: Context) -> Observed:
        observed = facts.observed
        application = observed.application if context.resource.generation == facts.resource.generation else None
        if result.needs_look:
            seen = await self._reader.observe(context.with_fresh_read(self._clock.now()))
            return replace(seen, application=application)
        job = result.job or observed.job
        keeps_job = job is not None and job.id == context.resource.held_job_id
        combined = self._reader.combine(context, observed.listing, job=job if keeps_job else None)
        is_assumed = result.is_assumed or observed.is_assumed
        return replace(combined, application=application, is_assumed=is_assumed, request=observed.request)

    def _fail(self, facts: Facts, action: Action, error: EntraSyncError) -> PassResult:
        facts = replace(self._performer.recover(action, error, facts), now=self._clock.now())
        if isinstance(error, OutcomeUnknown) and isinstance(halt := plan(facts), Wait | Stall):
            return PassResult(facts, halt)
        return PassResult(facts, self._entry.judge(facts.resource, error))

    def _explain(self, context: Context, error: EntraSyncError) -> EntraSyncError:
        """Return a more exact error for a missing service principal when its app has another one now."""
        if error.reason is not Reason.SERVICE_PRINCIPAL_NOT_FOUND:
            return error
        refusal = service_principal_was_changed(self._reader.tenant_facts(context.resource, context.connection))
        return Halted(refusal) if refusal else error


@dataclass(frozen=True)
class _RoundResult:
    context: Context
    observed: Observed


def _pending(action: Action) -> Wait:
    return Wait(action.pending_reason, action.pending_message, PENDING_ACTION_DELAY)


def too_many_rounds() -> Retry:
    """Return the verdict of a pass that has used up its rounds."""
    return Retry(Reason.INTERNAL_ERROR, "One pass was not enough to settle this resource; it goes on.")
