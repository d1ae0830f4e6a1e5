"""Watches a random world for what docs/promises.md rules out."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from tests.support.fake_api_server import FakeApiServer
from tests.support.random_world.faults import BrokenPromise
from tests.support.random_world.replicated_graph import ReplicatedGraph

FOREIGN_KEYS = ("UserName", "Password")
"""Only people at the portal save these. Graph masks the second."""

MAX_LAG = timedelta(minutes=10)
"""No replica of a world lags more. The operator waits for 15 minutes."""


class Promises:
    """Looks at every write as it is carried out, and at every status as it is written. Raises `BrokenPromise`."""

    def __init__(self, graph: ReplicatedGraph, server: FakeApiServer, current: Callable[[], ObjectKey | None]) -> None:
        self._graph = graph
        self._server = server
        self._current = current
        self._before_write: dict[str, dict[str, str]] = {}
        self._started: dict[str, tuple[tuple[str, int], datetime]] = {}
        self.looks: Counter[str] = Counter()
        """How often each promise was looked at where it could have been broken."""

    def watch_write(self, call: str, service_principal_id: str, subject: str) -> None:
        """Check a write to Graph just before it is carried out."""
        self.looks[call] += 1
        key = self._current()
        resource = self._server.resources.get(key) if key else None
        if resource is None:
            raise BrokenPromise(f"{call} {subject} for a resource that is not known")
        if resource.is_suspended or resource.is_observe_only:
            raise BrokenPromise(f"{call} {subject} for {key}, which is suspended or only observes")
        if call == "create_job":
            self._watch_create(service_principal_id, subject)
        if call == "delete_job":
            self._watch_delete(resource, subject)
        if call == "start_job":
            self._watch_start(resource, subject)
        self._before_write = {name: dict(stored) for name, stored in self._graph.secrets.items()}

    def watch_deletion(self, resource: Resource) -> None:
        """Note that a resource is about to end whose job must live on, because it was adopted."""
        policy = resource.desired.deletion_policy if resource.desired else None
        self.looks["the end of a resource that adopted its job"] += resource.origin == "Adopted" and policy is None

    def watch_secrets(self, service_principal_id: str) -> None:
        """Check after a PUT of secrets that those of others are as they were, also if they were sent along."""
        before, after = self._before_write.get(service_principal_id, {}), self._graph.secrets[service_principal_id]
        foreign = [key for key in FOREIGN_KEYS if key in before]
        self.looks["a save beside keys of others"] += bool(foreign)
        lost = [key for key in foreign if after.get(key) != before[key]]
        if lost:
            raise BrokenPromise(f"a save lost or changed the keys of others: {', '.join(lost)}")

    def watch_ready(self, resource: Resource) -> None:
        """Check that a resource that says Ready has a job that Graph has shown as it is wanted."""
        conditions = {entry["type"]: entry for entry in resource.status.get("conditions", ())}
        for entry in conditions.values():
            if entry["reason"] == "InternalError":
                raise BrokenPromise(f"{resource.key} reports a fault of the operator: {entry['message']}")
        job = self._graph.shown.get(str(resource.status.get("job", {}).get("id")))
        self.looks["Ready of a job in quarantine"] += job is not None and job.is_quarantined
        if conditions.get("Ready", {}).get("status") != "True" or resource.desired is None:
            return
        if resource.status.get("observedGeneration") != resource.generation or resource.desired.is_suspended:
            return
        self.looks["Ready"] += 1
        if job is None:
            raise BrokenPromise(f"{resource.key} is Ready, but Graph has not shown its job")
        wanted = resource.desired.schedule_state
        if resource.is_observe_only:
            return
        if wanted is not None and job.is_active is not (wanted is ScheduleState.ACTIVE):
            raise BrokenPromise(f"{resource.key} is Ready, but its job is {job.schedule_state} and {wanted} is wanted")
        if job.is_quarantined or job.template_id != resource.desired.template_id:
            raise BrokenPromise(f"{resource.key} is Ready, but its job is in quarantine or has another template")

    def _watch_create(self, service_principal_id: str, template_id: str) -> None:
        long_ago = self._graph.time.now() - MAX_LAG
        for job in self._graph.living(service_principal_id, template_id):
            if job.is_of_operator or job.versions[0][0] < long_ago:
                raise BrokenPromise(f"a second job of template {template_id} is created beside {job.id}")

    def _watch_start(self, resource: Resource, job_id: str) -> None:
        """Check that within the bound a job is started again only after a pause was shown or an edit was made."""
        now, wish = self._graph.time.now(), (resource.uid, resource.generation)
        before, last = self._started.get(job_id, (None, None))
        self._started[job_id] = (wish, now)
        if last is None or before != wish or now - last >= Bounds().replication:
            return
        self.looks["a start soon after another"] += 1
        paused_at = self._graph.pause_shown_at.get(job_id)
        if paused_at is None or paused_at < last:
            raise BrokenPromise(f"job {job_id} is started a second time, and was not paused since the first")

    def _watch_delete(self, resource: Resource, job_id: str) -> None:
        policy = resource.desired.deletion_policy if resource.desired else None
        job = self._graph.jobs[job_id]
        if job.newest is None:
            return  # a stale read still showed it: nothing is lost
        may_be_ours = job.is_of_operator or job.looks_like_operators
        is_wanted = policy is DeletionPolicy.DELETE or (policy is None and may_be_ours)
        if not resource.is_deleting or resource.held_job_id != job_id or not is_wanted:
            raise BrokenPromise(f"job {job_id} is deleted for {resource.key}, which did not ask for that")
