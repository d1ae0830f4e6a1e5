"""Who refers to whom: which jobs go by a GraphConnection, and who reads a Secret. Looked up when something changes."""

from dataclasses import dataclass

from entrasync.api.names import DEFAULT_CONNECTION
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import Resources


@dataclass(frozen=True)
class References:
    """Wakes those whom a change concerns."""

    resources: Resources
    connections: Store[ConnectionResource]
    job_queue: WorkQueue
    connection_queue: WorkQueue
    clock: Clock

    def connection_changed(self, connection: ObjectKey) -> None:
        """Have all jobs looked at that go by a GraphConnection; users' edits still overtake them."""
        self._wake(self.job_queue, [job.key for job in self.referrers(connection)], is_urgent=False)

    def secret_changed(self, secret: ObjectKey) -> None:
        """Have all looked at that read a Secret, at once: somebody waits for it."""
        connections = self.connections.in_namespace(secret.namespace)
        readers = [found.key for found in connections if found.secret_name == secret.name]
        self._wake(self.connection_queue, readers, is_urgent=True)
        jobs = self.resources.in_namespace(secret.namespace)
        self._wake(self.job_queue, [job.key for job in jobs if reads_secret(job, secret.name)], is_urgent=True)

    def referrers(self, connection: ObjectKey) -> list[Resource]:
        """All jobs that name a GraphConnection, there or not, or name none where this is their namespace's default."""
        return [job for job in self.resources.in_namespace(connection.namespace) if may_go_by(job, connection)]

    def _wake(self, queue: WorkQueue, keys: list[ObjectKey], *, is_urgent: bool) -> None:
        now = self.clock.now()
        for key in keys:
            queue.add(key, since=now, is_urgent=is_urgent)


def may_go_by(job: Resource, connection: ObjectKey) -> bool:
    """Whether a job names a GraphConnection, or names none and this is its namespace's default."""
    named = job.desired.connection_name if job.desired else None
    return ObjectKey(job.key.namespace, named or DEFAULT_CONNECTION) == connection


def reads_secret(job: Resource, secret_name: str) -> bool:
    """Whether a job sends values of a Secret of its namespace to Graph."""
    if job.desired is None or job.desired.application is None:
        return False
    credentials = job.desired.application.credentials
    sources = [entry.value_from for entry in credentials.entries] if credentials else []
    return any(source and source.secret_key_ref and source.secret_key_ref.name == secret_name for source in sources)
