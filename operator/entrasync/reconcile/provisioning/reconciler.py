"""The reconciler of ProvisioningRequests: it accepts one, waits for its turn, sends it once, and reports its end."""

from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import SHORT_DELAY
from entrasync.core.provisioning.ending import end_unsent
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.provisioning.rules import RequestFacts, find_obstacle, leads_elsewhere, limit_wait
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.provisioning.request_writer import RequestWriter
from entrasync.reconcile.provisioning.send_line import PERIOD, Place, SendLine
from entrasync.reconcile.provisioning.sender import RequestSender, Sent, Turn
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults

LONGEST_WAIT = timedelta(seconds=10)
"""The longest pause between looks at a request that waits for something that does not wake it."""

IN_LINE = (
    "Graph takes 5 provisioning requests of a tenant in ten seconds, and others are before this one: "
    "status.placeInLine has its place."
)
UNTRIED = "The connection of the SynchronizationJob has not been tried yet. The operator waits for it."


class ProvisioningReconciler:
    """Reconciles ProvisioningRequests."""

    def __init__(
        self,
        requests: Store[RequestResource],
        jobs: JobStore,
        *,
        namespaces: NamespaceDefaults,
        connections: Connections,
        line: SendLine,
        sender: RequestSender,
        writer: RequestWriter,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._jobs = jobs
        self._namespaces = namespaces
        self._connections = connections
        self._line = line
        self._sender = sender
        self._writer = writer
        self._clock = clock
        self._unwritten: dict[ObjectKey, tuple[str, Sent]] = {}
        """Ends that the API server has not taken yet, by the uid of the request."""
        self._has_seeded = False

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass. Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""
        self._seed_line()
        request = self._requests.get(key)
        if request is None or request.is_deleting:
            self._line.leave(key)
            self._unwritten.pop(key, None)
            return Outcome(None)
        if request.record.is_finished:
            return await self._expire(request)
        uid, sent = self._unwritten.get(key, (None, None))
        if sent is not None and uid == request.uid:
            return await self._end(request, sent)
        facts = RequestFacts(request, await self._find_job(request), self._clock.now())
        obstacle = find_obstacle(facts)
        if request.accepted_uid is None:
            facts = replace(facts, request=await self._writer.accept(request))
        return await (self._halt(facts, obstacle) if obstacle else self._send(facts))

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Write into the status that passes break off. Raises what `reconcile` does."""
        request = self._requests.get(key)
        if request is None or request.record.is_finished or request.record.intent is not None:
            return
        await self._writer.wait(request, fault)

    async def _find_job(self, request: RequestResource) -> Resource | None:
        """Find the SynchronizationJob, with what its namespace says of it as of now."""
        job = self._jobs.get(request.job_key) if request.job_key else None
        if job is not None and job.desired is not None:
            await self._namespaces.refresh(job)
        return self._jobs.get(job.key) if job else None

    async def _send(self, facts: RequestFacts) -> Outcome:
        """Send a request if it is its turn."""
        turn = self._find_turn(facts)
        if not isinstance(turn, Turn):
            return await self._halt(facts, turn)
        request = turn.request
        place = self._line.enter(turn.tenant, request.key, created_at=request.created_at, now=facts.now)
        if place is not None:
            place = replace(place, number=place.number + self._count_older_outside(request))
            return await self._wait_in_line(request, place)
        try:
            sent = await self._sender.send(turn)
        except EntraSyncError as error:
            newest = replace(facts, request=self._requests.newest(request))
            return await self._halt(newest, self._sender.judge(request, error))
        finally:
            self._line.leave(request.key)
        self._unwritten[request.key] = request.uid, sent
        return await self._end(self._requests.newest(request), sent)

    def _find_turn(self, facts: RequestFacts) -> Turn | Halt:
        """Gather what a request is sent by, or say why it waits for its connection."""
        request, job = facts.request, facts.job
        if request.spec is None or job is None or job.held_job_id is None or job.service_principal_id is None:
            raise ValueError(f"{request.key} has an obstacle that no rule has found")
        if self._connections.is_untried(job):
            return Wait(Reason.CONNECTION_NOT_READY, UNTRIED, SHORT_DELAY)
        try:
            connection = self._connections.find(job)
        except EntraSyncError as error:
            return self._sender.judge(request, error)
        api = connection.api
        if (elsewhere := leads_elsewhere(job, api.tenant_id)) is not None:
            return elsewhere
        tenant = f"{api.graph_url} {api.tenant_id.lower()}"
        return Turn(request, request.spec, job, job.held_job_id, job.service_principal_id, connection, tenant)

    def _count_older_outside(self, request: RequestResource) -> int:
        """Count older requests for the same job that are not in line yet, because their passes come later.

        They will come before this one, so that a place without them would be too low, and would grow.
        """
        age = request.created_at, request.key.name
        return sum(
            each.job_key == request.job_key
            and (each.created_at, each.key.name) < age
            and not each.is_deleting
            and not each.record.is_finished
            and each.record.intent is None
            and each.key not in self._unwritten
            and not self._line.has(each.key)
            for each in self._requests.in_namespace(request.key.namespace)
        )

    async def _wait_in_line(self, request: RequestResource, place: Place) -> Outcome:
        halt = Wait(Reason.WAITING_IN_LINE, IN_LINE, place.look_again)
        await self._writer.wait(request, halt, place=place.number)
        return Outcome(place.look_again)

    async def _halt(self, facts: RequestFacts, halt: Halt) -> Outcome:
        """End a request that shall not be sent, or say why it waits."""
        self._line.leave(facts.request.key)
        halt = limit_wait(halt, facts)
        if isinstance(halt, Stall):
            await self._writer.end(facts.request, end_unsent(halt))
            return self._look_at_end(facts.request)
        await self._writer.wait(facts.request, halt)
        if isinstance(halt, Wait):
            return Outcome(min(halt.after, LONGEST_WAIT))
        is_throttled = halt.reason is Reason.THROTTLED
        return Outcome(halt.after, is_failure=True, is_throttled=is_throttled, is_postponed=halt.is_postponed)

    async def _end(self, request: RequestResource, sent: Sent) -> Outcome:
        await self._writer.end(request, sent.ending, intent=sent.intent)
        self._unwritten.pop(request.key, None)
        return self._look_at_end(request)

    def _look_at_end(self, request: RequestResource) -> Outcome:
        has_ttl = request.spec is not None and request.spec.ttl_seconds_after_finished is not None
        return Outcome(timedelta() if has_ttl else None)

    async def _expire(self, request: RequestResource) -> Outcome:
        """Delete a request that has come to its end, when its time to live is over."""
        seconds = request.spec.ttl_seconds_after_finished if request.spec else None
        if seconds is None or request.record.completed_at is None or request.is_tracked:
            return Outcome(None)
        rest = request.record.completed_at + timedelta(seconds=seconds) - self._clock.now()
        if rest > timedelta():
            return Outcome(rest)
        await self._writer.delete(request)
        return Outcome(None)

    def _seed_line(self) -> None:
        """Count what a former process has sent within the last ten seconds."""
        if self._has_seeded:
            return
        self._has_seeded = True
        now = self._clock.now()
        records = [each.record for each in self._requests]
        unanswered = [now for record in records if record.intent is not None]
        answered = [
            record.completed_at
            for record in records
            if record.completed_at is not None and "sentAt" in (record.result or {})
        ]
        self._line.seed([*unanswered, *(time for time in answered if now - time < PERIOD)])
