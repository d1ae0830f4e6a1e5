"""Plans all SynchronizationJobs of some manifests, those of one service principal one after the other."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.defaults import Defaults, read_declared_defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from kubectl_entrasync.manifests.sources import Document
from kubectl_entrasync.output.read_progress import ReadProgress, show_read_progress
from kubectl_entrasync.plan.cluster_state import ClusterState, NotRead
from kubectl_entrasync.plan.forecast import Forecast, Forecaster
from kubectl_entrasync.plan.observation import GraphReader
from kubectl_entrasync.plan.planned_resource import PlannedResource, find_named, is_job, key_of, plan_resource
from kubectl_entrasync.plan.results import PlanResult, ResourcePlan
from kubectl_entrasync.plan.stores import PlannedConfigMaps, PlannedSecrets
from kubectl_entrasync.tenant.access import Tenant, TenantFlags, open_tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal


async def make_plan(
    flags: TenantFlags, documents: Sequence[Document], cluster: ClusterState, *, always_tests: bool = False
) -> PlanResult:
    """Log in and plan all SynchronizationJobs, with a progress bar. Raises `Failure`."""
    now = datetime.now(UTC)
    planned = read_planned(documents, cluster, now)
    async with open_tenant(flags) as tenant:
        with show_read_progress("Planning") as progress:
            progress.begin(len(planned))
            planner = Planner(tenant, documents, cluster, progress=progress, now=now, always_tests=always_tests)
            plans = await planner.plan_all(planned)
        notes = [cluster.absence] if cluster.absence else []
        return PlanResult(tenant.tokens.tenant_id, plans, tuple(notes), len(documents) - len(planned))


def read_planned(documents: Iterable[Document], cluster: ClusterState, now: datetime) -> list[PlannedResource]:
    """Read the SynchronizationJobs among documents, each as the object that it would be."""
    known: dict[str, Defaults] = {}
    found = []
    for document in documents:
        if not is_job(document.content):
            continue
        key = key_of(document.content, cluster.namespace)
        if key.namespace not in known:
            known[key.namespace] = _read_defaults(cluster, key.namespace)
        stored = cluster.jobs.get(key)
        found.append(
            plan_resource(document, stored, namespace=cluster.namespace, defaults=known[key.namespace], now=now)
        )
    return found


def _read_defaults(cluster: ClusterState, namespace: str) -> Defaults:
    """Read the defaults of a namespace; the built-in ones where it is not shown."""
    try:
        document = cluster.read_namespace(namespace) or {}
    except NotRead:
        return Defaults()
    annotations: Mapping[str, str] = document.get("metadata", {}).get("annotations") or {}
    return read_declared_defaults(annotations, Defaults()).defaults


class Planner:
    """Plans resources. Those that were planned count as held for the next ones on the same service principal."""

    def __init__(
        self,
        tenant: Tenant,
        documents: Sequence[Document],
        cluster: ClusterState,
        *,
        progress: ReadProgress,
        now: datetime,
        always_tests: bool = False,
    ) -> None:
        self._tenant = tenant
        self._progress = progress
        self._reader = GraphReader(tenant, now)
        namespace = cluster.namespace
        self._secrets = PlannedSecrets(find_named(documents, "Secret", namespace=namespace), cluster)
        config_maps = PlannedConfigMaps(find_named(documents, "ConfigMap", namespace=namespace), cluster)
        self._forecaster = Forecaster(self._reader, self._secrets, config_maps, always_tests=always_tests)
        self._resources: dict[ObjectKey, Resource] = {key: read_resource(raw) for key, raw in cluster.jobs.items()}

    async def plan_all(self, planned: Sequence[PlannedResource]) -> list[ResourcePlan]:
        """Plan all, in the order in which they were given."""
        good = [each for each in planned if each.fault is None and each.resource.desired is not None]
        resolved = await asyncio.gather(*(self._resolve(each) for each in good))
        self._resources |= {each.key: each.resource for each in resolved}
        groups: defaultdict[str, list[PlannedResource]] = defaultdict(list)
        for each in resolved:
            groups[(each.resource.service_principal_id or str(each.key)).lower()].append(each)
        made = dict(pair for group in await asyncio.gather(*map(self._plan_group, groups.values())) for pair in group)
        return [made.get(id(each.document)) or ResourcePlan(each, Forecast()) for each in planned]

    async def _resolve(self, planned: PlannedResource) -> PlannedResource:
        """Look up names, so that claims can be compared. A failure is told when the resource is planned."""
        try:
            resource = await read_patiently(
                lambda: self._reader.resolve(planned.resource), self._tenant.limiter.clock, self._progress.pause
            )
        except EntraSyncError:
            return planned
        return replace(planned, resource=resource)

    async def _plan_group(self, group: Sequence[PlannedResource]) -> list[tuple[int, ResourcePlan]]:
        plans = []
        for each in group:
            plans.append((id(each.document), await self._plan(each)))
            self._progress.advance()
        return plans

    async def _plan(self, planned: PlannedResource) -> ResourcePlan:
        others = [other for key, other in self._resources.items() if key != planned.key]
        try:
            forecast = await read_patiently(
                lambda: self._forecaster.forecast(planned, others), self._tenant.limiter.clock, self._progress.pause
            )
        except EntraSyncError as error:
            return ResourcePlan(planned, Forecast(), failure=explain_refusal(error))
        if forecast.facts is not None:
            self._resources[planned.key] = forecast.facts.resource
        return ResourcePlan(planned, forecast)
