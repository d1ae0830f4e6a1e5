"""The seeded driver of a soak: who does what, and when; then the end of all troubles, and the wait until quiet."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from entrasync.api.names import API_VERSION, PLURAL, PROVISIONING_PLURAL
from tests.support.cluster import Cluster, Object
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until
from tests.support.provisioning_requests import is_finished
from tests.support.replica_set import LEASE
from tests.support.soak.agreement import Views, find_metric_faults, find_resource_faults, is_settled, take_views
from tests.support.soak.ledger import Ledger
from tests.support.soak.operator_pod import LEASE_DURATION, OperatorPod
from tests.support.soak.owners import Owners
from tests.support.soak.population import Population
from tests.support.soak.portal import Portal
from tests.support.soak.troubles import Troubles

Event = Callable[[], None]

APPLYING = 0.08
"""The share of the time in which the resources are applied."""

RESTARTING = 0.25
"""The share of the time in which the process is restarted, so that one process lives for the rest of it."""


@dataclass(frozen=True)
class Course:
    """How long a soak is, and by what chance."""

    seed: int
    jobs: int
    """Resources that live at the same time."""
    days: float
    """Simulated days."""
    rate: float
    """Simulated seconds in a real one."""
    events: int
    """What owners do, and what happens to jobs in Graph."""
    troubles: int
    restarts: int
    patience_seconds: float
    """Real seconds after which something hangs that should have become quiet."""


@dataclass
class Soak:
    """One soak and all its parts."""

    course: Course
    environment: OperatorEnvironment
    pod: OperatorPod
    population: Population = field(default_factory=Population)
    chance: random.Random = field(default_factory=random.Random)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.environment.simulator)
        self.owners = Owners(self.environment, self.population, self.chance)
        self.portal = Portal(self.environment, self.population, self.chance)
        self.troubles = Troubles(self.environment, self.pod, self.chance)

    def live(self) -> None:
        """Let everything happen that is planned, each at its time or as soon after it as this machine can."""
        self.owners.connect()
        began, length = self.environment.world_time.now(), timedelta(days=self.course.days)
        for number, (share, event) in enumerate(self._plan()):
            self._wait_for(began + length * share)
            self.chance.seed(f"{self.course.seed} {number}")  # so that no event depends on how others went
            event()
            self.population.note(event.__qualname__, self.environment.world_time.now())
            self.pod.ensure_running()
            self.done[event.__qualname__] += 1
        self._wait_for(began + length)

    def settle(self) -> None:
        """End all troubles, wait until every resource is Ready, stop Graph's clock, and wait until all is seen."""
        self.troubles.end()
        self.owners.calm_down()
        self._wait_until(self._list_unsettled, "every resource is settled")
        self.environment.simulator.freeze()
        self.owners.ask_all()
        self._wait_until(self._list_unseen, "resources and metrics show Graph as it is")

    def take_views(self) -> Views:
        """Look at everything once."""
        return take_views(self.environment, self.pod.replica.operator.read("/metrics")[1])

    def _plan(self) -> list[tuple[float, Event]]:
        """List all events with their times, as shares of the whole."""
        chance, course = random.Random(self.course.seed), self.course
        kinds, weights = zip(*self._list_daily_events(), strict=True)
        troubles = self._list_troubles()
        chance.shuffle(troubles)
        planned = [(APPLYING * number / course.jobs, self.owners.apply) for number in range(course.jobs)]
        planned += [(chance.uniform(APPLYING, 1), event) for event in chance.choices(kinds, weights, k=course.events)]
        planned += [(chance.uniform(APPLYING / 2, 1), troubles[n % len(troubles)]) for n in range(course.troubles)]
        ends = (self.troubles.restart, self.troubles.crash)
        planned += [(chance.uniform(APPLYING / 2, RESTARTING), ends[n % 2]) for n in range(course.restarts)]
        return sorted(planned, key=lambda each: each[0])

    def _list_daily_events(self) -> list[tuple[Event, int]]:
        """List what happens every day, each with its weight."""
        owners, portal = self.owners, self.portal
        frequent = (owners.delete, owners.change_state, owners.change_settings, portal.pause, portal.fail)
        usual = (
            *(owners.change_interval, owners.change_policy, owners.change_connection, owners.change_scope),
            *(owners.rotate_secret, owners.suspend, owners.observe, owners.hold, owners.ask),
            *(owners.restart, owners.restart_by_annotation, owners.provision),
            *(portal.start, portal.remove, portal.change_settings, portal.quarantine),
        )
        return [*((event, 2) for event in frequent), *((event, 1) for event in usual)]

    def _list_troubles(self) -> list[Event]:
        troubles = self.troubles
        return [
            *(troubles.throttle, troubles.fail, troubles.hang_up, troubles.cut_answers, troubles.lose_creates),
            *(troubles.lose_writes, troubles.refuse_logins, troubles.replicate_slowly, troubles.cut_api_server),
            *(troubles.silence_api_server, self.owners.rotate_connection),
        ]

    def _wait_for(self, moment: datetime) -> None:
        world = self.environment.world_time
        while (left := world.seconds((moment - world.now()).total_seconds())) > 0:
            self._look_on()
            sleep(min(left, 0.5))
        self._look_on()

    def _look_on(self) -> None:
        if self.pod.sample():
            self.ledger.read_on()

    def _wait_until(self, list_rest: Callable[[], list[str]], what: str) -> None:
        def look() -> list[str]:
            self._look_on()
            self.pod.ensure_running()
            return list_rest()

        what = f"{what} (SOAK_SEED={self.course.seed})"
        until(look, lambda rest: not rest, what=what, within_seconds=self.course.patience_seconds)

    def _list_unsettled(self) -> list[str]:
        found = self.environment.cluster.list(API_VERSION, PLURAL, self.environment.namespace)
        unsettled = [each for each in found if not is_settled(each) or self._is_deleted(each)]
        requests = self.environment.cluster.list(API_VERSION, PROVISIONING_PLURAL, self.environment.namespace)
        open_ones = [f"{each['metadata']['name']}: {each.get('status')}" for each in requests if not is_finished(each)]
        return [*self.portal.nurse(), *(self._describe(each) for each in unsettled), *open_ones]

    def _is_deleted(self, found: Object) -> bool:
        return found["metadata"]["name"] not in self.population.residents

    def _describe(self, found: Object) -> str:
        """Describe a resource that is not settled, for the report of a failure."""
        name, status = found["metadata"]["name"], found.get("status") or {}
        resident = self.population.residents.get(name)
        said = {key: value for key, value in status.items() if key != "synchronizationStatus"}
        return f"{name}: {found['spec']} {said} {resident.events if resident else 'was deleted'}"

    def _list_unseen(self) -> list[str]:
        views = self.take_views()
        return [*find_resource_faults(views, self.population), *find_metric_faults(views, self.population.requests)]


@contextmanager
def open_soak(course: Course, cluster: Cluster, folder: Path) -> Iterator[Soak]:
    """Open a namespace and a simulated Graph, and start the operator."""
    with open_environment(cluster, folder, rate=course.rate, starts=False) as environment, ExitStack() as stack:
        environment.launch = replace(environment.launch, lease=LEASE, flags=("--log-level=info", LEASE_DURATION))
        environment.simulator.switch(patch_interval="taken", quarantine_ladder="captured")
        pod = OperatorPod(environment, stack)
        pod.start()
        try:
            yield Soak(course, environment, pod)
        finally:
            pod.replica.operator.kill()
