"""The three views of the end: the jobs in Graph, the resources, and the metrics. They must be those that are due."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL, KIND, PLURAL
from graph_simulator.control_client.client import JobView
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.soak.ledger import Ledger
from tests.support.soak.metrics_view import VALUES, MetricsView, Series
from tests.support.soak.owners import CONNECTIONS
from tests.support.soak.population import RESTART, Population, Remains, Resident, Slot

SCOPE_VALUES = {"All": "true", "AssignedOnly": "false"}
"""How the secret SyncAll says it."""


RESTARTS_AT_MOST = 2
"""How often a restart is sent that was asked for once, if its answer was lost."""


@dataclass(frozen=True)
class Views:
    """Graph, the resources and the metrics at one moment."""

    jobs: dict[Slot, list[JobView]]
    resources: dict[str, Object]
    connections: dict[str, Object]
    metrics: MetricsView


def take_views(environment: OperatorEnvironment, metrics: str) -> Views:
    """Look at everything once."""
    jobs: dict[Slot, list[JobView]] = defaultdict(list)
    for job in environment.simulator.jobs():
        jobs[job.service_principal_id, job.template_id].append(job)
    resources = environment.cluster.list(API_VERSION, PLURAL, environment.namespace)
    connections = environment.cluster.list(API_VERSION, CONNECTION_PLURAL, environment.namespace)
    return Views(jobs, _by_name(resources), _by_name(connections), MetricsView(metrics))


def find_world_faults(views: Views, population: Population, environment: OperatorEnvironment) -> list[str]:
    """Find where Graph is not as the resources want it, those that were deleted too."""
    living = [fault for each in population.residents.values() for fault in _check_job(views, each, population)]
    stored = [fault for each in population.residents.values() for fault in _check_secrets(each, environment)]
    left = [fault for each in population.remains.values() for fault in _check_remains(views, each)]
    return [*living, *stored, *left]


def find_write_faults(population: Population, ledger: Ledger) -> list[str]:
    """Find creates, deletes, restarts and provisionings that were not due."""
    creates, deletes, restarts = ledger.creates(), ledger.deletes(), ledger.restarts()
    provisionings, requested = ledger.provisionings(), Counter(population.requests.values())
    return [
        *(
            f"{slot}: {creates[slot]} creates, due {population.creates_due[slot]}"
            for slot in creates
            if creates[slot] > population.creates_due[slot]
        ),
        *(
            f"{slot}: {deletes[slot]} deletes, due {population.deletes_due[slot]}"
            for slot in deletes
            if deletes[slot] > population.deletes_due[slot]
        ),
        *(
            f"{slot}: {restarts[slot]} restarts, asked for {population.restarts_due[slot]}"
            for slot in restarts
            if restarts[slot] > RESTARTS_AT_MOST * population.restarts_due[slot]
        ),
        *(
            f"{principal}: {provisionings[principal]} provisionings, asked for {requested[principal]}"
            for principal in provisionings
            if provisionings[principal] > requested[principal]
        ),
    ]


def find_resource_faults(views: Views, population: Population) -> list[str]:
    """Find resources that should not be there, that do not show Graph as it is, or that are not Ready."""
    names = set(population.residents)
    strangers = [f"{name} is still there" for name in views.resources if name not in names]
    lost = [f"{name} is not there" for name in names if name not in views.resources]
    there = [each for each in population.residents.values() if each.name in views.resources]
    wrong = [fault for each in there for fault in _check_resource(views, each)]
    broken = [name for name, found in views.connections.items() if condition(found, "Ready").get("status") != "True"]
    return [*strangers, *lost, *wrong, *(f"connection {name} is not Ready" for name in broken)]


def find_metric_faults(views: Views, requests: Iterable[str]) -> list[str]:
    """Find series that differ from the resources, or that are left of objects that have gone."""
    found, metrics = list(views.resources.values()), views.metrics
    mirrors = {name: each["status"].get("synchronizationStatus", {}) for name, each in views.resources.items()}
    codes: Series = {(name, mirror["code"]): 1.0 for name, mirror in mirrors.items() if "code" in mirror}
    quarantined = {name for name, mirror in mirrors.items() if mirror.get("code") == "Quarantine"}
    return [
        *_differ("conditions of jobs", metrics.conditions(KIND), _list_conditions(found)),
        *_differ(
            "conditions of connections",
            metrics.conditions(CONNECTION_KIND),
            _list_conditions(list(views.connections.values())),
        ),
        *_differ("codes", metrics.codes(), codes),
        *_differ("jobs in quarantine", metrics.quarantined(), quarantined),
        *_differ("names", metrics.names(), {*views.resources, *CONNECTIONS, *requests}),
    ]


def is_settled(found: Object) -> bool:
    """Whether a resource is Ready for its present generation, and nothing is under way.

    The restart of a paused job is: it waits for the next start.
    """
    status = found.get("status") or {}
    is_current = status.get("observedGeneration") == found["metadata"]["generation"]
    is_paused = status.get("job", {}).get("schedule", {}).get("state") == "Disabled"
    is_waiting = "operation" in status and not (is_paused and status["operation"].get("action") == RESTART)
    is_quiet = not condition(found, "Reconciling") and not condition(found, "Stalled") and not is_waiting
    return is_current and is_quiet and condition(found, "Ready").get("status") == "True"


def _check_job(views: Views, resident: Resident, population: Population) -> Iterator[str]:
    jobs = views.jobs.get(resident.slot, [])
    if len(jobs) != 1:
        yield f"{resident.name}: {len(jobs)} jobs in Graph: {[job.id for job in jobs]}"
        return
    job, spec = jobs[0], resident.spec
    wanted = resident.wanted_state(job.id) or population.left_as.get(job.id, job.schedule_state)
    if job.schedule_state != wanted:
        yield f"{resident.name}: the job is {job.schedule_state}, wanted is {wanted}"
    found = views.resources.get(resident.name, {})
    refused = condition(found, "ScheduleApplied").get("status") == "False"
    if job.interval != spec["schedule"]["interval"] and not refused:
        yield f"{resident.name}: the interval is {job.interval}, wanted is {spec['schedule']['interval']}"
    for setting in spec.get("settings", ()):
        if job.settings.get(setting["name"]) != setting["value"]:
            yield f"{resident.name}: {setting['name']} is {job.settings.get(setting['name'])}"


def _check_secrets(resident: Resident, environment: OperatorEnvironment) -> Iterator[str]:
    if not resident.secret:
        return
    stored, scope = (
        environment.simulator.secrets(resident.principal),
        resident.spec["application"].get("provisioningScope"),
    )
    if stored.get("SecretToken") != resident.token:
        yield f"{resident.name}: Graph has an old token"
    if scope and str(stored.get("SyncAll")).lower() != SCOPE_VALUES[scope]:
        yield f"{resident.name}: SyncAll is {stored.get('SyncAll')}, wanted is {scope}"


def _check_remains(views: Views, remains: Remains) -> Iterator[str]:
    jobs = views.jobs.get(remains.slot, [])
    ids, most = [job.id for job in jobs], 0 if remains.policy == "Delete" else 1
    if len(jobs) > most:
        yield f"{remains.name} was deleted with {remains.policy}, and Graph has {ids}"
    if remains.job_id and ids != [remains.job_id]:
        yield f"{remains.name} was deleted with {remains.policy}: its job {remains.job_id} is lost, Graph has {ids}"
    if remains.job_id and remains.policy == "Pause" and jobs and jobs[0].schedule_state != "Disabled":
        yield f"{remains.name} was deleted with Pause, and its job is {jobs[0].schedule_state}"


def _check_resource(views: Views, resident: Resident) -> Iterator[str]:
    found, jobs = views.resources[resident.name], views.jobs.get(resident.slot, [])
    status = found.get("status") or {}
    if not is_settled(found):
        yield f"{resident.name} is not settled: {status.get('conditions')} {status.get('operation', '')}"
    for job in jobs:
        shown, mirror = status.get("job", {}), status.get("synchronizationStatus", {})
        seen = {
            "id": (shown.get("id"), job.id),
            "state": (shown.get("schedule", {}).get("state"), job.schedule_state),
            "interval": (shown.get("schedule", {}).get("interval"), job.interval),
            "code": (mirror.get("code"), job.code),
            "last cycle": (_last_end(mirror), _last_end(job.graph["status"])),
        }
        for what, (here, there) in seen.items():
            if here != there:
                yield f"{resident.name} shows the {what} {here}, Graph has {there}"


def _last_end(status: Object) -> str | None:
    ended = str((status.get("lastExecution") or {}).get("timeEnded", "0001"))
    return None if ended.startswith("0001") else ended


def _list_conditions(objects: list[Object]) -> Series:
    return {
        (found["metadata"]["name"], each["type"]): VALUES[each["status"]]
        for found in objects
        for each in found.get("status", {}).get("conditions", [])
    }


def _differ(what: str, shown: Series | set[str], true: Series | set[str]) -> Iterator[str]:
    more = sorted(map(str, set(shown) - set(true)))
    less = sorted(map(str, set(true) - set(shown)))
    other = (
        sorted(str(key) for key in set(shown) & set(true) if shown[key] != true[key])
        if isinstance(shown, dict) and isinstance(true, dict)
        else []
    )
    if more or less or other:
        yield f"metrics, {what}: too many {more[:5]}, missing {less[:5]}, wrong {other[:5]}"


def _by_name(objects: list[Object]) -> dict[str, Object]:
    return {found["metadata"]["name"]: found for found in objects}
