"""Finds what depends on a GraphConnection, a Secret or a ConfigMap that has changed, and enqueues it."""

from dataclasses import dataclass

from entrasync.api.names import DEFAULT_CONNECTION
from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore


@dataclass(frozen=True)
class Dependents:
    """Enqueues the objects that refer to an object that has changed."""

    resources: JobStore
    connections: Store[ConnectionResource]
    job_queue: WorkQueue
    connection_queue: WorkQueue
    clock: Clock

    def connection_changed(self, connection: ObjectKey) -> None:
        """Enqueue all jobs that use a GraphConnection, and those that wait to know whether these claim their job.

        Users' edits still overtake them.
        """
        referrers = self.referrers(connection)
        self._enqueue(
            self.job_queue, [*(job.key for job in referrers), *self._find_waiting(referrers)], is_urgent=False
        )

    def secret_changed(self, secret: ObjectKey) -> None:
        """Enqueue all connections and jobs that read a Secret. They are urgent, because a user waits for the change."""
        connections = self.connections.in_namespace(secret.namespace)
        readers = [found.key for found in connections if found.secret_name == secret.name]
        self._enqueue(self.connection_queue, readers, is_urgent=True)
        jobs = self.resources.in_namespace(secret.namespace)
        self._enqueue(self.job_queue, [job.key for job in jobs if reads_secret(job, secret.name)], is_urgent=True)

    def config_map_changed(self, config_map: ObjectKey) -> None:
        """Enqueue all jobs that read their schema from a ConfigMap. They are urgent, because a user waits for that."""
        jobs = self.resources.in_namespace(config_map.namespace)
        readers = [job.key for job in jobs if reads_config_map(job, config_map.name)]
        self._enqueue(self.job_queue, readers, is_urgent=True)

    def wake_jobs(self, keys: list[ObjectKey]) -> None:
        """Enqueue jobs whose connection works again. They are urgent, because a user waits for that."""
        self._enqueue(self.job_queue, keys, is_urgent=True)

    def referrers(self, connection: ObjectKey) -> list[Resource]:
        """Return all jobs that name a GraphConnection, or that name none where it is the default of their namespace.

        The GraphConnection need not exist.
        """
        return [job for job in self.resources.in_namespace(connection.namespace) if may_use_connection(job, connection)]

    def _find_waiting(self, referrers: list[Resource]) -> list[ObjectKey]:
        principals = {job.service_principal_id for job in referrers if job.service_principal_id}
        keys = {key for principal in principals for key in self.resources.keys_on(principal)}
        found = (self.resources.get(key) for key in sorted(keys - {job.key for job in referrers}))
        return [job.key for job in found if job is not None and _awaits_connection(job)]

    def _enqueue(self, queue: WorkQueue, keys: list[ObjectKey], *, is_urgent: bool) -> None:
        now = self.clock.now()
        for key in keys:
            queue.add(key, since=now, is_urgent=is_urgent)


def may_use_connection(job: Resource, connection: ObjectKey) -> bool:
    """Whether a job names a GraphConnection, or names none and this is the default of its namespace."""
    if job.desired is not None and job.desired.uses_install_connection:
        return False
    named = job.desired.connection_name if job.desired else None
    return ObjectKey(job.key.namespace, named or DEFAULT_CONNECTION) == connection


def may_await_credential(job: Resource) -> bool:
    """Whether a job may wait for a credential: it was refused, or a deletion is blocked for whatever cause."""
    reasons = {Reason.CREDENTIAL_REFUSED, Reason.DELETION_BLOCKED}
    return any(condition.reason in reasons for condition in job.record.conditions.values())


def _awaits_connection(job: Resource) -> bool:
    return any(found.reason == Reason.CONNECTION_NOT_READY for found in job.record.conditions.values())


def reads_secret(job: Resource, secret_name: str) -> bool:
    """Whether a job sends values of a Secret of its namespace to Graph."""
    if job.desired is None or job.desired.application is None:
        return False
    credentials = job.desired.application.credentials
    sources = [entry.value_from for entry in credentials.given] if credentials else []
    return any(source and source.secret_key_ref and source.secret_key_ref.name == secret_name for source in sources)


def reads_config_map(job: Resource, name: str) -> bool:
    """Whether a job reads its schema from a ConfigMap of its namespace."""
    schema = job.desired.schema if job.desired else None
    return bool(schema and schema.source and schema.source.config_map_key_ref.name == name)
