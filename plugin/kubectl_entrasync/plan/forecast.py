"""Asks the operator's rules what they would do next, and after that, without doing any of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import EntraSyncError, Halted, PossiblyReplicating, Transient
from entrasync.core.decision.verdicts import Do, Halt, Stall
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.job.actions import AddFinalizer, CreateJob, HoldJob
from entrasync.core.plan import forecast_work, forecast_writes, plan_job
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.core.status.job_status import record_observation
from entrasync.reconcile.application.memory import ApplicationMemoryStore
from entrasync.reconcile.application.reader import ApplicationReader
from entrasync.reconcile.job.templates import check_template_is_offered
from entrasync.reconcile.schema.memory import SchemaInHand, SchemaMemoryStore
from entrasync.reconcile.schema.reader import SchemaReader
from entrasync.reconcile.schema.sources import SchemaSources
from kubectl_entrasync.plan.observation import GraphReader
from kubectl_entrasync.plan.planned_resource import PlannedResource
from kubectl_entrasync.plan.stores import PlannedConfigMaps, PlannedSecrets

NEW_JOB_ID = "(new)"
"""Stands for the id that Graph would give to a job."""

_MAX_STEPS = 4
"""Finalizer, create, hold: more steps than these has no resource before its job is in hand."""

_OVERDUE = timedelta(days=1)

SCHEMA_OF_NEW_JOB = "The schema is compared once the job is there, for Graph reads expressions by a job."


@dataclass(frozen=True)
class Forecast:
    """What the operator would do for one resource."""

    facts: Facts | None = None
    """What it was decided on; None where Graph could not be asked."""
    actions: tuple[Action, ...] = ()
    """The writes to Graph, and a hold of a job that is there, in their order."""
    halt: Halt | None = None
    """What it would stop at, or wait for."""
    notes: tuple[str, ...] = ()


@dataclass
class _Steps:
    taken: list[Action] = field(default_factory=list)
    halt: Halt | None = None


class Forecaster:
    """Makes forecasts by the operator's own readers and rules."""

    def __init__(
        self,
        reader: GraphReader,
        secrets: PlannedSecrets,
        config_maps: PlannedConfigMaps,
        *,
        always_tests: bool = False,
    ) -> None:
        """Make it. The tests of a schema that is settled are run only if it `always_tests`, as with the operator."""
        self._always_tests = always_tests
        self._reader = reader
        self._secrets = secrets
        self._config_maps = config_maps

    async def forecast(self, planned: PlannedResource, others: Iterable[Resource]) -> Forecast:
        """Make the forecast of one resource beside others. Raises what Graph refuses, or could not answer."""
        try:
            resource = await self._reader.resolve(planned.resource)
            facts = await self._reader.read_facts(resource, others)
            steps = _Steps()
            facts = await self._find_job(facts, steps)
            if steps.halt is None and facts.job is not None:
                facts = await self._read_work(planned, facts)
        except EntraSyncError as error:
            settled = error.settled if isinstance(error, PossiblyReplicating) else error
            if not isinstance(settled, Halted):
                raise
            return Forecast(halt=settled.halt)
        return self._conclude(planned, facts, steps)

    async def _find_job(self, facts: Facts, steps: _Steps) -> Facts:
        """Go on until the resource has its job in hand, or halts."""
        for _ in range(_MAX_STEPS):
            match plan_job(facts):
                case Do(action=HoldJob() as action):
                    steps.taken.append(action)
                    facts = _hold(facts, action.job_id, action.origin, facts.observed.listing.find(action.job_id))
                case Do(action=CreateJob() as action):
                    await check_template_is_offered(self._reader.graph, action)
                    steps.taken.append(action)
                    facts = _hold(facts, NEW_JOB_ID, "Created", _new_job(action))
                case Do(action=AddFinalizer()):
                    finalizers = (*facts.resource.finalizers, FINALIZER)
                    facts = replace(facts, resource=replace(facts.resource, finalizers=finalizers))
                case Do(action=action):
                    steps.taken.append(action)
                    return facts
                case halt:
                    steps.halt = halt
                    return facts
        return facts

    async def _read_work(self, planned: PlannedResource, facts: Facts) -> Facts:
        """Read the secrets of the service principal and the schema, by the readers of the operator."""
        memories = ApplicationMemoryStore()
        reader = ApplicationReader(self._secrets, memories)
        if planned.stored is not None and planned.stored.desired is not None:
            # A running operator knows which values it has saved before the change.
            before = replace(facts, resource=planned.stored, desired=planned.stored.desired)
            values = await reader.read_values(before, None)
            await reader.read(self._reader.graph, before, values)
        memories.recall(facts.resource).looked_at = facts.now - _OVERDUE
        values = await reader.read_values(facts, None)
        application = await reader.read(self._reader.graph, facts, values)
        if application is not None and isinstance(application.failure, Transient):
            raise application.failure
        schema = None if facts.job_id == NEW_JOB_ID else await self._read_schema(facts)
        return replace(facts, observed=replace(facts.observed, application=application, job_schema=schema))

    async def _read_schema(self, facts: Facts) -> SchemaSeen | None:
        if self._always_tests:
            facts = replace(facts, resource=replace(facts.resource, generation=facts.resource.generation + 1))
        memories = SchemaMemoryStore()
        memories.recall(facts.resource).began_at = facts.now - _OVERDUE
        reader = SchemaReader(memories, SchemaSources(self._config_maps))
        while True:
            seen = await reader.read(self._reader.graph, facts, SchemaInHand())
            if seen is None or seen.failure is None:
                return seen
            if isinstance(seen.failure, Transient):
                raise seen.failure
            if seen.failure.reason is not Reason.TESTING_SCHEMA:  # else it has more questions
                return seen

    def _conclude(self, planned: PlannedResource, facts: Facts, steps: _Steps) -> Forecast:
        notes = [*self._secrets.notes_of(facts)]
        if facts.job_id == NEW_JOB_ID and facts.desired.schema is not None:
            notes.append(SCHEMA_OF_NEW_JOB)
        if facts.desired.is_observe_only:
            return Forecast(facts, forecast_writes(facts), _only_stall(steps.halt), tuple(notes))
        if steps.halt is not None or facts.job is None:
            return Forecast(facts, tuple(steps.taken), steps.halt, tuple(notes))
        actions, halt = forecast_work(facts)
        return Forecast(facts, (*steps.taken, *actions), halt if not isinstance(halt, Do) else None, tuple(notes))


def _only_stall(halt: Halt | None) -> Halt | None:
    """Leave out what an observe-only resource waits for: there may be a job at any later look."""
    return halt if isinstance(halt, Stall) else None


def _hold(facts: Facts, job_id: str, origin: str, job: RemoteJob | None) -> Facts:
    """Return the facts once the resource holds a job, with what the operator would record of it."""
    resource = facts.resource
    annotations = {**resource.annotations, JOB_ID_ANNOTATION: job_id, JOB_ORIGIN_ANNOTATION: origin}
    finalizers = resource.finalizers if resource.has_finalizer else (*resource.finalizers, FINALIZER)
    if facts.desired.is_observe_only:
        finalizers = tuple(each for each in resource.finalizers if each != FINALIZER)
    held = replace(resource, annotations=annotations, finalizers=finalizers)
    facts = replace(facts, resource=held, observed=replace(facts.observed, job=job or facts.job, misses=None))
    return replace(facts, resource=held.with_record(record_observation(facts).record))


def _new_job(action: CreateJob) -> RemoteJob:
    """Return the job as Graph would show it right after a create: it neither runs nor has settings."""
    raw: dict[str, Any] = {
        "id": NEW_JOB_ID,
        "templateId": action.template_id,
        "schedule": {"state": "Disabled"},
        "status": {"code": "NotRun"},
        "synchronizationJobSettings": [],
    }
    return RemoteJob(NEW_JOB_ID, raw)
