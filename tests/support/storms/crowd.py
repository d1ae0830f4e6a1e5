"""A tenant with many apps, a cluster with a resource for each, and a process of the operator that is started anew."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL, KIND, PLURAL, WATCH_LABEL
from graph_simulator.app import create_app
from graph_simulator.clock import WorldClock
from graph_simulator.identity.applications import DEFAULT_CLIENT, Application
from graph_simulator.traffic.journal import Entry
from graph_simulator.world.directory import DEFAULT_TENANT, ServicePrincipal
from graph_simulator.world.directory import World as SimulatedWorld
from graph_simulator.world.jobs.job import start_job
from graph_simulator.world.switches import Switches
from tests.support.kill_points.memory_api_server import Document, MemoryApiServer
from tests.support.kill_points.operator_process import FaultLog, OperatorProcess
from tests.support.kill_points.simulated_loop import EPOCH_SECONDS, SimulatedLoop

TEAMS = tuple(f"team-{number}" for number in range(10))
"""The namespaces, each with a tenth of the resources."""

GRAPH_SECONDS = 0.03
"""How long Graph takes for an answer, beside the time on the way."""

REST = timedelta(minutes=15)
"""After which a new job has run and nothing is left to do for it."""

CONNECTION = "default"

LONGEST = timedelta(hours=1)
"""Until when everything must have settled."""


class Crowd:
    """What the operator works on, what people do to it, and what it has come to. Resources are known by number."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        clock = WorldClock(datetime.fromtimestamp(EPOCH_SECONDS, UTC), EPOCH_SECONDS, real=loop.wall)
        self.tenant = SimulatedWorld(seed=2, switches=Switches(initial_cycle_seconds=60.0))
        self._app = create_app(self.tenant, clock, latency_seconds=GRAPH_SECONDS)
        self.graph = self._app.simulator
        self.graph.identity.mint.real = loop.wall
        self.server = MemoryApiServer(loop.wall)
        for team in TEAMS:
            self.server.create("namespaces", {"metadata": {"name": team}})
        self.server.create("customresourcedefinitions", {"metadata": {"name": f"{PLURAL}.entrasync.io"}})
        self.principals: list[ServicePrincipal] = []
        self._namespaces: list[str] = []
        self.operator: OperatorProcess | None = None
        self.log = FaultLog()

    # What people do

    def apply(self, namespace: str = "", *, tenant_id: str = DEFAULT_TENANT) -> int:
        """Apply one more resource, and return its number."""
        number, principal = self._add_app(namespace, tenant_id)
        metadata = {"namespace": self._namespaces[number], "name": f"job-{number}"}
        spec = {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}}
        self.server.create(PLURAL, {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec})
        return number

    async def have_jobs(self, count: int) -> None:
        """Have so many resources whose jobs have run. The operator made one of them; the others are like it."""
        self.apply()
        await self.start()
        await asyncio.sleep(REST.total_seconds())
        assert self.is_ready(0)
        await self.stop()
        [record] = self.tenant.list_records(self.principals[0].id, self.now())
        first = json.dumps(self._find(0))
        for _ in range(1, count):
            number, principal = self._add_app()
            text = first.replace(self.principals[0].id, principal.id).replace(record.job.id, self._make_job(principal))
            text = text.replace("job-0", f"job-{number}").replace(TEAMS[0], TEAMS[number % len(TEAMS)])
            copied = json.loads(text)
            copied["metadata"]["uid"] = f"copy-{number}"
            self.server.restore(PLURAL, copied)

    def _add_app(self, namespace: str = "", tenant_id: str = DEFAULT_TENANT) -> tuple[int, ServicePrincipal]:
        number = len(self.principals)
        self.principals.append(self.tenant.add_service_principal(f"app {number}", tenant_id=tenant_id))
        self._namespaces.append(namespace or TEAMS[number % len(TEAMS)])
        return number, self.principals[number]

    def _make_job(self, principal: ServicePrincipal) -> str:
        began = self.now() - REST
        job_id = self.tenant.create_job(principal, principal.templates[0], began).id
        record = self.tenant.find_record(principal.id, job_id, began)
        assert record is not None
        record.job = start_job(record.job, began)
        return job_id

    def connect(self, namespace: str, tenant_id: str) -> None:
        """Let a namespace bring a tenant of its own."""
        self.server.create("namespaces", {"metadata": {"name": namespace}})
        self.graph.identity.registry.add(Application(client_id=DEFAULT_CLIENT, tenant_id=tenant_id, secrets=("toy",)))
        metadata = {"namespace": namespace, "name": CONNECTION}
        labelled = metadata | {"labels": {WATCH_LABEL: "true"}}
        value = base64.b64encode(b"toy").decode()
        self.server.create("secrets", {"metadata": labelled, "data": {"client-secret": value}})
        proof = {"clientId": DEFAULT_CLIENT, "secretRef": {"name": CONNECTION, "key": "client-secret"}}
        spec = {"tenantId": tenant_id, "clientSecret": proof}
        manifest = {"apiVersion": API_VERSION, "kind": CONNECTION_KIND, "metadata": metadata, "spec": spec}
        self.server.create(CONNECTION_PLURAL, manifest)

    def pause(self, number: int) -> None:
        """Edit a resource, so that its job is to be paused."""
        self.edit(number, {"schedule": {"state": "Paused"}})

    def edit(self, number: int, spec: dict[str, Any]) -> None:
        """Merge-patch the spec of a resource."""
        metadata = self._find(number)["metadata"]
        self.server.edit(PLURAL, metadata["namespace"], metadata["name"], {"spec": spec})

    # The operator

    async def start(self) -> OperatorProcess:
        """Start a process, which knows nothing of one before it."""
        self.operator = OperatorProcess(self._loop, self._app, self.server)
        self.operator.start()
        return self.operator

    async def stop(self) -> None:
        """End the process."""
        if self.operator is not None:
            await self.operator.end()
            await asyncio.sleep(1)  # what was under way arrives

    async def end(self) -> None:
        """End everything."""
        await self.stop()

    # What it has come to

    def now(self) -> datetime:
        return self.graph.clock.now()

    @property
    def entries(self) -> Sequence[Entry]:
        """The requests that Graph got since `forget_calls`, in the order in which they came."""
        return self.graph.journal.entries

    def forget_calls(self) -> None:
        self.graph.journal.clear()

    def is_ready(self, number: int) -> bool:
        """Whether a resource is Ready as it is now, with nothing under way."""
        found = self._find(number)
        status = found.get("status", {})
        conditions = {each["type"]: each["status"] for each in status.get("conditions", ())}
        is_current = status.get("observedGeneration") == found["metadata"]["generation"]
        return is_current and conditions.get("Ready") == "True" and "Reconciling" not in conditions

    async def wait_ready(self, numbers: Iterable[int]) -> timedelta:
        """Wait until these are Ready, at most for `LONGEST`, and return how long that took."""
        began, left = self.now(), set(numbers)
        while (left := {number for number in left if not self.is_ready(number)}) and self.now() - began < LONGEST:  # noqa: ASYNC110  time costs nothing here
            await asyncio.sleep(1)
        return self.now() - began

    def jobs_per_app(self) -> Counter[int]:
        """Count the apps by how many jobs they have."""
        return Counter(len(self.tenant.list_records(each.id, self.now())) for each in self.principals)

    def effects(self, number: int | None = None) -> Iterator[Entry]:
        """Yield the writes that had an effect, all or those on one app, in the order in which they came."""
        wanted = None if number is None else self.principals[number].id
        return (each for each in self.entries if each.had_effect and wanted in (None, each.target.service_principal))

    def _find(self, number: int) -> Document:
        found = self.server.find(PLURAL, self._namespaces[number], f"job-{number}")
        assert found is not None
        return found
