"""The defaults that each namespace sets by its annotations, for resources whose spec leaves something open."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.defaults import Defaults, cautious_defaults, read_declared_defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, NamespaceStore
from entrasync.reconcile.state.jobs import JobStore

LOG = logging.getLogger("entrasync.namespaces")

MAX_ANNOTATIONS_AGE = timedelta(minutes=1)
"""Real time after which the annotations of a namespace are read again. Namespaces are not watched."""


class NamespaceDefaults:
    """Reads the annotations of the namespaces of resources, and passes the defaults to the store."""

    def __init__(self, store: NamespaceStore, resources: JobStore, *, install: Defaults, clock: Clock) -> None:
        self._store = store
        self._resources = resources
        self._install = install
        self._clock = clock
        self._read_at: dict[str, timedelta] = {}
        self._faults: dict[str, tuple[str, ...]] = {}
        self._reporters: dict[str, tuple[ObjectKey, str]] = {}
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def refresh(self, resource: Resource) -> None:
        """Read the namespaces of a resource and of all resources of its service principal, where that is due.

        Raises `ApiServerUnavailable` only for a namespace that was never read, because it may forbid what the install
        allows. A namespace that the operator may not read may forbid it as well, so it gets the cautious defaults.
        """
        neighbours = self._resources.namespaces_on(resource.service_principal_id or "")
        for namespace in sorted({resource.key.namespace, *neighbours}):
            async with self._reading[namespace]:
                if not self._is_known(namespace):
                    await self._read(namespace)
        self._report_faults(resource)

    def find_fault_reported_on(self, key: ObjectKey) -> str | None:
        """Return what is wrong with the annotations of the namespace, if this resource is the one that reports it."""
        reporter, message = self._reporters.get(key.namespace, (None, None))
        return message if reporter == key else None

    def forget(self, namespace: str) -> None:
        """Forget a namespace that has no resource any more. It is read again for the next one."""
        self._resources.forget_defaults(namespace)
        for remembered in (self._read_at, self._faults, self._reporters, self._reading):
            remembered.pop(namespace, None)

    def _is_known(self, namespace: str) -> bool:
        read_at = self._read_at.get(namespace)
        return read_at is not None and self._clock.uptime() - read_at < MAX_ANNOTATIONS_AGE

    async def _read(self, namespace: str) -> None:
        is_first = namespace not in self._read_at
        try:
            annotations = await self._store.read_annotations(namespace)
        except ApiServerUnavailable:
            if is_first:
                raise
            return  # the annotations that were read last stay valid
        self._read_at[namespace] = self._clock.uptime()
        if annotations is not None:
            self._take(namespace, annotations)
        elif is_first:
            self._resources.set_defaults(namespace, cautious_defaults(self._install))
            LOG.warning(
                "Namespace %s may not be read, so what specs leave open there is taken as Observe and Retain: "
                "grant the right get on namespaces.",
                namespace,
            )

    def _take(self, namespace: str, annotations: Mapping[str, str]) -> None:
        declared = read_declared_defaults(annotations, self._install)
        self._resources.set_defaults(namespace, declared.defaults)
        self._faults[namespace] = declared.faults

    def _report_faults(self, resource: Resource) -> None:
        """Have one resource of the namespace report annotations that cannot be read, if none has done so."""
        namespace = resource.key.namespace
        if not (faults := self._faults.get(namespace)):
            self._reporters.pop(namespace, None)
            return
        message = f"Correct the annotations of namespace {namespace}: {'; '.join(faults)}."
        reporter, known = self._reporters.get(namespace, (None, None))
        if known != message or reporter is None or self._resources.get(reporter) is None:
            self._reporters[namespace] = (self._find_reporter(namespace, message) or resource.key, message)

    def _find_reporter(self, namespace: str, message: str) -> ObjectKey | None:
        """Return the resource whose status says that it has reported this, as one of a former process."""
        found = (each.key for each in self._resources.in_namespace(namespace) if _has_reported(each, message))
        return min(found, default=None)


def _has_reported(resource: Resource, message: str) -> bool:
    return message in resource.record.reported_faults
