"""The entry of a pass: it chooses the connection, checks the tenant, and judges the errors of the pass."""

from datetime import datetime

from entrasync.core.application.record import with_possibly_saved_keys
from entrasync.core.connection.disconnection import Disconnected, judge_absence
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import Halt
from entrasync.core.deletion import tenant_is_another
from entrasync.core.plan import tenant_was_changed
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.state.memory import JobMemory, MemoryStore
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.write_guard import WriteGuard


class PassEntry:
    """Begins passes."""

    def __init__(
        self,
        connections: Connections,
        memory: MemoryStore,
        *,
        guard: WriteGuard,
        reader: FactsReader,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._guard = guard
        self._connections = connections
        self._memory = memory
        self._reader = reader
        self._clock = clock
        self._bounds = bounds

    def enter(self, resource: Resource, *, since: datetime, is_urgent: bool) -> Context:
        """Begin a pass with Graph as of `since` (world time) or later; as of now if a reconcile request is open.

        Raises what `Connections.find` raises, and `Halted` (TENANT_CHANGED, DELETION_BLOCKED) when the connection is to
        another tenant than that of the resource.
        """
        connection = self._connections.find(resource)
        find_fault = tenant_is_another if resource.is_deleting else tenant_was_changed
        if fault := find_fault(self._reader.tenant_facts(resource, connection)):
            raise Halted(fault)
        memory = self._memory.recall(resource, self._clock.now())
        memory.disconnected_since = None
        request = find_request(resource.annotations)
        if request is not None and request != resource.record.last_handled_reconcile_at:
            since = self._clock.now()  # the request may be newer than what enqueued the resource
        resource = _with_possibly_saved_keys(resource, memory)
        is_edit = is_urgent and not resource.is_being_created and not resource.is_deleting
        return Context(resource, memory, connection, self._guard, since, is_urgent=is_urgent, is_edit=is_edit)

    def awaits_connection(self, resource: Resource) -> bool:
        """Whether the connection of a resource has not been tried yet. The resource is requeued when that is done."""
        return self._connections.is_untried(resource)

    def judge(self, resource: Resource, error: EntraSyncError) -> Halt:
        """Return what an error means for this resource: after a recent create it may be replication."""
        now = self._clock.now()
        if isinstance(error, Disconnected):
            memory = self._memory.recall(resource, now)
            memory.disconnected_since = memory.disconnected_since or now
            return judge_absence(error, resource, since=memory.disconnected_since, now=now)
        return error.judge(young_until=self._young_until(resource), now=now)

    def is_young(self, resource: Resource) -> bool:
        """Whether the resource is so new that what Graph does not know of it may still be replicating."""
        return self._clock.now() < self._young_until(resource)

    def _young_until(self, resource: Resource) -> datetime:
        return self._memory.recall(resource, self._clock.now()).young_until(resource, self._bounds)


def _with_possibly_saved_keys(resource: Resource, memory: JobMemory) -> Resource:
    """Count the keys of a save as ours that a cancelled pass has sent and could not record any more."""
    memory.possibly_saved -= resource.application.keys
    if not memory.possibly_saved:
        return resource
    return resource.with_record(with_possibly_saved_keys(resource.record, memory.possibly_saved))
