"""What one pass over a resource goes by from its beginning to its end."""

from dataclasses import dataclass, replace
from datetime import datetime

from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.state.memory import JobMemory


@dataclass(frozen=True)
class Context:
    """One pass: its working copy of the resource, what this process remembers of it, and its way to Graph.

    The connection that a pass begins with leads to its end. Graph is read as of `since` or later (world time); an
    urgent pass overtakes background reads.
    """

    resource: Resource
    memory: JobMemory
    connection: Connection
    since: datetime
    is_urgent: bool = False

    @property
    def graph(self) -> SyncApi:
        """Microsoft Graph, by the connection of this pass."""
        return self.connection.api

    @property
    def service_principal_id(self) -> str:
        """The service principal whose jobs are read and written. A resource without a readable spec has none."""
        if (service_principal_id := self.resource.service_principal_id) is None:
            raise ValueError(f"{self.resource.key} has no service principal")
        return service_principal_id

    def with_resource(self, resource: Resource, now: datetime) -> "Context":
        """Go on with a newer working copy; a new generation of it is first seen `now`."""
        self.memory.see_generation(resource.generation, now)
        return replace(self, resource=resource)

    def with_fresh_read(self, now: datetime) -> "Context":
        """Have Graph read anew at once: a write of this pass is to be seen."""
        return replace(self, since=now, is_urgent=True)
