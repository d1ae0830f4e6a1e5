"""The reconciler of SynchronizationJobs: watch events, due polls and changed specs all end in one pass of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.decision.verdicts import Halt, Retry, Stall
from entrasync.core.deletion import needs_resolution
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.controller.apply import ApplyLoop
from entrasync.reconcile.controller.deletion import DeletionLoop
from entrasync.reconcile.controller.pass_entry import PassEntry
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.controller.status_report import StatusReport
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults

Forget = Callable[[ObjectKey], None]
"""Drops what is remembered of a resource that was deleted."""


@dataclass(frozen=True)
class Steps:
    """The steps of a pass: entry, resolver, one of the two loops (apply or deletion), and the report."""

    entry: PassEntry
    resolver: Resolver
    apply: ApplyLoop
    deletion: DeletionLoop
    report: StatusReport


class JobReconciler:
    """Brings one resource nearer to its spec with each pass."""

    def __init__(self, resources: JobStore, namespaces: NamespaceDefaults, steps: Steps, *, forget: Forget) -> None:
        self._resources = resources
        self._namespaces = namespaces
        self._steps = steps
        self._forget = forget

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass with Graph as of `since` or later (world time).

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        known = self._resources.get(key)
        if known is not None and known.desired is not None and not known.is_suspended:
            await self._namespaces.refresh(known)
        resource = self._resources.get(key)
        if resource is None:
            self._forget(key)
            return Outcome(None)
        if resource.is_deleting:
            return await self._delete(resource, since)
        if resource.desired is None:
            return await self._steps.report.report_invalid(resource)
        if resource.is_suspended:
            return await self._steps.report.report_suspended(resource)
        if self._steps.entry.awaits_connection(resource):
            return Outcome(None)
        if not resource.desired.is_resolved:
            return await self._resolve(resource, resource.desired, since)
        return await self._apply(resource, since, is_urgent=is_urgent)

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Write into the status that passes have broken off since then, and by which fault.

        Raises what `reconcile` does.
        """
        if resource := self._resources.get(key):
            await self._steps.report.report_unseen(resource, fault, broken_since=since)

    async def _resolve(self, resource: Resource, desired: Desired, since: datetime) -> Outcome:
        """Look up the ids behind names. The next pass begins at once, serialized by the service principal found."""
        entry, report = self._steps.entry, self._steps.report
        try:
            context = entry.enter(resource, since=since, is_urgent=True)
        except EntraSyncError as error:
            return await report.report_unseen(resource, entry.judge(resource, error))
        try:
            await self._steps.resolver.resolve(context, desired, is_young=entry.is_young(resource))
        except EntraSyncError as error:
            halt = entry.judge(resource, error)
            return await report.report_unseen(resource, halt, is_answered=_is_answer(halt))
        return Outcome(timedelta(0))

    async def _apply(self, resource: Resource, since: datetime, *, is_urgent: bool) -> Outcome:
        entry, report = self._steps.entry, self._steps.report
        try:
            context = entry.enter(resource, since=since, is_urgent=is_urgent)
        except EntraSyncError as error:
            return await report.report_unseen(resource, entry.judge(resource, error))
        try:
            result = await self._steps.apply.apply(context)
        except EntraSyncError as error:
            if error.reason is Reason.SERVICE_PRINCIPAL_NOT_FOUND:
                self._resources.forget_resolution(resource)  # its app may have another service principal now
            halt = entry.judge(resource, error)
            return await report.report_unseen(resource, halt, is_answered=_is_answer(halt))
        if isinstance(result.halt, Stall) and result.halt.reason is Reason.TEMPLATE_NOT_OFFERED:
            self._resources.forget_resolution(resource)  # its factory tag may belong to another template now
        outcome = await report.report(result)
        if self._resources.is_alone_on(context.service_principal_id, resource.key):
            context.connection.listings.forget(context.service_principal_id)
        return outcome

    async def _delete(self, resource: Resource, since: datetime) -> Outcome:
        entry, deletion = self._steps.entry, self._steps.deletion
        if not resource.has_finalizer:
            return Outcome(None)
        resource = deletion.recall(resource)
        if await deletion.release_at_once(resource) or entry.awaits_connection(resource):
            return Outcome(None)
        try:
            if resource.desired and needs_resolution(resource):
                context = entry.enter(resource, since=since, is_urgent=True)
                await self._steps.resolver.resolve(context, resource.desired, is_young=False)
                return Outcome(timedelta(0))
            halt, resource = await deletion.settle(entry.enter(resource, since=since, is_urgent=True))
        except EntraSyncError as error:
            halt = entry.judge(resource, error)
            resource = self._resources.newest(resource)  # the store has what was settled before the error
        return Outcome(None) if halt is None else await self._steps.report.report_deletion(resource, halt)


def _is_answer(halt: Halt) -> bool:
    """Whether Graph or Entra answered a look that failed: there was a connection, and the look is not just repeated."""
    return not isinstance(halt, Retry) and halt.reason is not Reason.CONNECTION_NOT_READY
