"""What one pass carries from its beginning to its end."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.state.memory import JobMemory
from entrasync.reconcile.step.write_guard import PassPermit, WriteGuard


@dataclass(frozen=True)
class Context:
    """One pass: its working copy of the resource, what this process remembers of it, and its connection to Graph.

    The connection stays the same for the whole pass. Graph is read as of `since` or later (world time); an urgent pass
    overtakes background reads.
    """

    resource: Resource
    memory: JobMemory
    connection: Connection
    guard: WriteGuard
    since: datetime
    is_urgent: bool = False
    is_edit: bool = False
    """Whether a user waits for a change of a job that was there before. Thousands may be created or deleted at once."""

    @cached_property
    def graph(self) -> SyncApi:
        """Microsoft Graph, through the connection of this pass. Each write asks the guard about this very resource."""
        permit = PassPermit(self.guard, self.resource, self.connection, is_urgent=self.is_edit)
        return self.connection.api.with_permit(permit)

    @property
    def service_principal_id(self) -> str:
        """The service principal whose jobs are read and written.

        Raises `ValueError` for a resource without one, because its spec cannot be read.
        """
        if (service_principal_id := self.resource.service_principal_id) is None:
            raise ValueError(f"{self.resource.key} has no service principal")
        return service_principal_id

    def with_resource(self, resource: Resource, now: datetime) -> "Context":
        """Return the context with a newer working copy; a new generation of it is first seen `now`."""
        self.memory.see_generation(resource, now)
        return replace(self, resource=resource)

    def with_fresh_read(self, now: datetime) -> "Context":
        """Return a context that reads Graph again, because a write of this pass must be seen."""
        return replace(self, since=now, is_urgent=True)
