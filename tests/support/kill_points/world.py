"""A tenant and a cluster in memory with one operator, which is started again whenever it was killed."""

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from entrasync.api.names import API_VERSION, KIND, PLURAL, PROVISIONING_KIND, PROVISIONING_PLURAL, WATCH_LABEL
from graph_simulator.app import create_app
from graph_simulator.clock import WorldClock
from graph_simulator.traffic.journal import Entry
from graph_simulator.world.directory import JobRecord
from graph_simulator.world.directory import World as SimulatedWorld
from graph_simulator.world.enums import QuarantineReason
from graph_simulator.world.jobs.job import Job, start_job
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.overrides import Override
from graph_simulator.world.switches import Switches
from tests.support.kill_points.memory_api_server import Document, MemoryApiServer
from tests.support.kill_points.operator_process import FaultLog, OperatorProcess, make_task
from tests.support.kill_points.simulated_loop import EPOCH_SECONDS, SimulatedLoop

NAMESPACE, NAME, SECRET = "identity", "salesforce", "scim"

RESTART_DELAY_SECONDS = 5.0
"""After a death, until the next process starts."""

REST_SECONDS = 120.0
"""After which nothing is left to do for a new resource."""

LONGEST = timedelta(hours=1)
"""Until when everything must have settled."""

Check = Callable[["World"], None]
"""Raises `AssertionError` as long as the world is not as it must be."""


class _Tenant(SimulatedWorld):
    """A tenant that may be told what happens once a job is created."""

    after_create: Callable[[], None] | None = None

    def create_job(self, *args: Any, **more: Any) -> Job:
        job = super().create_job(*args, **more)
        if self.after_create is not None:
            self.after_create()
        return job


class World:
    """What the operator works on, what people do to it, and what it has come to."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        clock = WorldClock(datetime.fromtimestamp(EPOCH_SECONDS, UTC), EPOCH_SECONDS, real=loop.wall)
        self.tenant = _Tenant(seed=2, switches=Switches(initial_cycle_seconds=1.0, secrets_put_replaces=True))
        self.principal = self.tenant.add_service_principal("salesforce")
        self.principals = {NAMESPACE: self.principal}
        """The app of each namespace."""
        self.app = create_app(self.tenant, clock)
        self.app.simulator.identity.mint.real = loop.wall
        self.server = MemoryApiServer(loop.wall)
        self.server.create("namespaces", {"metadata": {"name": NAMESPACE}})
        definition = "synchronizationjobs.entrasync.io"
        self.server.create("customresourcedefinitions", {"metadata": {"name": definition}})
        self.operator: OperatorProcess | None = None
        self.deaths = 0
        self.log = FaultLog()
        self._restarts: set[asyncio.Task[None]] = set()

    # What people do

    def apply(self, spec: Mapping[str, Any] | None = None, **metadata: Any) -> None:
        """Apply the resource."""
        usual = {"servicePrincipal": {"objectId": self.principal.id}, "template": {"id": "scim"}}
        self.server.create(
            PLURAL,
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "metadata": {"namespace": NAMESPACE, "name": NAME, **metadata},
                "spec": {**usual, **(spec or {})},
            },
        )

    def apply_in(self, namespace: str) -> None:
        """Apply a resource of the same name in another namespace, for an app of its own."""
        self.principals[namespace] = principal = self.tenant.add_service_principal(namespace)
        self.server.create("namespaces", {"metadata": {"name": namespace}})
        spec = {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}}
        metadata = {"namespace": namespace, "name": NAME}
        self.server.create(PLURAL, {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec})

    def request(
        self, name: str = "anna", *, labels: Mapping[str, str] | None = None, namespace: str = NAMESPACE, **spec: Any
    ) -> None:
        """Create a ProvisioningRequest for the user of this name, by the resource."""
        usual = {"jobRef": {"name": NAME}, "subjects": [{"objectId": name, "objectTypeName": "User"}]}
        self.server.create(
            PROVISIONING_PLURAL,
            {
                "apiVersion": API_VERSION,
                "kind": PROVISIONING_KIND,
                "metadata": {"namespace": namespace, "name": name, "labels": dict(labels or {})},
                "spec": {**usual, **spec},
            },
        )

    def edit(self, **patch: Any) -> None:
        """Merge-patch the resource."""
        self.server.edit(PLURAL, NAMESPACE, NAME, patch)

    def delete(self) -> None:
        """Delete the resource."""
        self.server.delete(PLURAL, NAMESPACE, NAME)

    def put_token(self, token: str) -> None:
        """Create or change the Secret."""
        data = {"data": {"token": token}}
        if self.server.find("secrets", NAMESPACE, SECRET) is None:
            metadata = {"namespace": NAMESPACE, "name": SECRET, "labels": {WATCH_LABEL: "true"}}
            self.server.create("secrets", {"metadata": metadata, **data})
        else:
            self.server.edit("secrets", NAMESPACE, SECRET, data)

    def create_job_at_the_portal(self, *, is_started: bool = False) -> None:
        """Make a job that the operator has not made."""
        self.tenant.create_job(self.principal, self.principal.templates[0], self.now())
        if is_started:
            record = self._find_record()
            record.job = start_job(record.job, self.now())

    def show_as_paused(self, elapsed: timedelta) -> None:
        """Have Graph show the job as paused for so long, whatever it is."""
        record = self._find_record()
        record.override = Override(set={"schedule.state": "Disabled", "status.code": "Paused"})

        def show_as_it_is() -> None:
            record.override = None

        self._loop.call_later(elapsed.total_seconds(), show_as_it_is)

    def show_new_job_as_paused(self, elapsed: timedelta) -> None:
        """Have Graph show the job that is created next as paused for so long, whatever it is."""
        self.tenant.after_create = lambda: self.show_as_paused(elapsed)

    def quarantine_job(self, reason: QuarantineReason, *, since: timedelta = timedelta()) -> None:
        """Have the job be in quarantine for so long. Graph tries it again only after hours, and in vain."""
        record = self._find_record()
        job = replace(record.job, habit=Outcome(kind="quarantine", reason=reason))
        job = impose_quarantine(job, reason, None, self.now() - since, switches=self.tenant.switches)
        record.job = replace(job, next_cycle=self.now() + timedelta(hours=6))

    def delete_job_at_the_portal(self) -> None:
        """Delete the one job."""
        self.tenant.delete_job(self._find_record(), self.now())

    def _find_record(self) -> JobRecord:
        [record] = self.tenant.list_records(self.principal.id, self.now())
        return record

    # The operator

    async def run_operator(self) -> OperatorProcess:
        """Start a process, after the end of the one before."""
        former, self.operator = self.operator, None
        if former is not None:
            await former.end()
        self.operator = OperatorProcess(self._loop, self.app, self.server)
        self.operator.start()
        restart = self._loop.create_task(self._restart_after(self.operator))
        self._restarts.add(restart)
        return self.operator

    async def end(self) -> None:
        """End everything."""
        for restart in self._restarts:
            restart.cancel()
        await asyncio.gather(*self._restarts, return_exceptions=True)
        if self.operator is not None:
            await self.operator.end()

    async def _restart_after(self, operator: OperatorProcess) -> None:
        await operator.lifeline.died.wait()
        if operator is not self.operator:
            return
        self.deaths += 1
        await operator.end()
        await asyncio.sleep(RESTART_DELAY_SECONDS)
        await self.run_operator()

    # What it has come to

    def now(self) -> datetime:
        return self.app.simulator.clock.now()

    def resource(self) -> Document | None:
        """Return the resource; None if it is gone."""
        return self.server.find(PLURAL, NAMESPACE, NAME)

    def find_request(self, name: str = "anna") -> Document | None:
        """Return a ProvisioningRequest; None if it is gone."""
        return self.server.find(PROVISIONING_PLURAL, NAMESPACE, name)

    def jobs(self) -> list[Job]:
        """List the jobs of the service principal, as Graph knows them."""
        return [record.job for record in self.tenant.list_records(self.principal.id, self.now())]

    def secrets(self) -> Mapping[str, str]:
        """Return what Graph stores for the target app."""
        return self.tenant.secrets.get(self.principal.id, {})

    def source_of(self, target: str) -> str:
        """Return the expression that flows into an attribute of the target, for users."""
        [job] = self.jobs()
        mappings = self.tenant.read_schema(job)["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        [found] = [entry["source"]["expression"] for entry in mappings if entry["targetAttributeName"] == target]
        return str(found)

    def writes(self) -> Counter[str]:
        """Count the writes to Graph that had an effect."""
        entries = self.app.simulator.journal.entries
        return Counter(_name(entry) for entry in entries if entry.had_effect)

    async def settle(self, check: Check) -> None:
        """Let time pass until a check passes. Raises its last `AssertionError` if it never does."""
        end = self.now() + LONGEST
        while True:
            try:
                return check(self)
            except AssertionError:
                if self.now() > end:
                    raise
            await asyncio.sleep(1)

    async def rest(self, check: Check) -> None:
        """Let time pass until a check passes and nothing is left to do."""
        await self.settle(check)
        await asyncio.sleep(REST_SECONDS)
        check(self)


def _name(entry: Entry) -> str:
    """Name a write; Graph has one operation for settings and interval."""
    if entry.target.operation != "updateJob":
        return entry.target.operation
    return "updateInterval" if "schedule" in json.loads(entry.body or b"{}") else "updateSettings"


def live(act: Callable[[Any], Any], make: Callable[[SimulatedLoop], Any] = World) -> Any:
    """Act in a new world and return the result. The same acts always take the same course."""
    random.seed(7)  # pauses between tries are spread
    loop = SimulatedLoop()
    loop.set_task_factory(make_task)
    logger = logging.getLogger("entrasync")

    async def run() -> Any:
        world = make(loop)
        logger.addHandler(world.log)
        try:
            return await act(world)
        finally:
            logger.removeHandler(world.log)
            await world.end()

    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()
