"""Checks whether a pass may still write. It is asked before each action, and once more before secrets are sent."""

from entrasync.core.decision.action import Action
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.step.context import Context


class ObservedOnly(Exception):
    """A write to Graph was planned for a resource that only observes, which is a fault of the operator."""


class WriteGuard:
    """Stops passes whose resource has changed meanwhile so that it forbids the next write."""

    def __init__(self, resources: JobStore, connections: Connections) -> None:
        self._resources = resources
        self._connections = connections

    def check(self, action: Action, context: Context) -> None:
        """Check one action.

        Raises `ResourceChanged` when the resource uses another connection than its pass began with, or when a user has
        forbidden writes to Graph meanwhile, and `ObservedOnly` for a fault of the operator.
        """
        resource = context.resource
        newest = self._resources.get(resource.key)
        if not self._connections.still_uses(newest or resource, context.connection):
            raise ResourceChanged(f"{resource.key} uses another connection now than when this pass began")
        if action.target != "Graph":
            return
        if resource.is_observe_only:
            raise ObservedOnly(f"{type(action).__name__} was planned for {resource.key}, which only observes")
        if newest and (newest.is_observe_only or newest.is_suspended):
            raise ResourceChanged(f"nothing may be written to Graph for {resource.key} any more")

    def check_secret_write(self, context: Context) -> None:
        """Check once more before secrets are sent, because validating them takes time.

        Raises `ResourceChanged` when nothing may be saved any more.
        """
        resource, tenant_id = context.resource, context.graph.tenant_id
        newest = self._resources.get(resource.key) or resource
        is_left_alone = newest.is_observe_only or newest.is_suspended
        if is_left_alone or not self._connections.still_uses(newest, context.connection):
            raise ResourceChanged(f"nothing may be written to Graph for {resource.key} any more")
        principal = resource.service_principal_id
        if brake := self._resources.find_secret_loss(tenant_id, principal, excluding=resource.key):
            raise ResourceChanged(f"no secret of {principal} may be written any more, for {brake} lost one")
