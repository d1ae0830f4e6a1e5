"""A soak: jobs live, fail, are edited and deleted, in all kinds of trouble; at the end all views agree."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.support.cluster import Cluster
from tests.support.leaks import find_leaks
from tests.support.polling import HANG_SECONDS, until
from tests.support.soak.agreement import (
    Views,
    find_metric_faults,
    find_resource_faults,
    find_world_faults,
    find_write_faults,
)
from tests.support.soak.driver import Course, Soak, open_soak
from tests.support.soak.flatness import FEWEST_SAMPLES, Flatness
from tests.support.soak.report import describe_course, describe_soak

SEED = os.environ.get("SOAK_SEED", "1")
"""`random` draws one."""

JOBS, DAYS = int(os.environ.get("SOAK_JOBS", "20")), float(os.environ.get("SOAK_DAYS", "0.15"))
RATE = float(os.environ.get("SOAK_RATE", "240"))
"""The replication bound of fifteen minutes is almost four real seconds then. A call must end within it, also on a slow
machine, as it does in real time."""

TROUBLES_PER_HOUR = 2
MORE_FILES = 2
"""A request for metrics may be under way."""

FEW_CONNECTIONS = 10
"""The watches, and what renews the Leases."""

LENGTH_SECONDS = DAYS * 86400 / RATE
PATIENCE_SECONDS = 120 + LENGTH_SECONDS

pytestmark = [
    pytest.mark.timeout(300 + 4 * LENGTH_SECONDS),
    pytest.mark.chaos("An event in a soak: owners, people, failing jobs, troubles and restarts"),
]


def plan_course() -> Course:
    """Plan the soak that the variables ask for."""
    seed = random.SystemRandom().randrange(10**6) if SEED == "random" else int(SEED)
    return Course(
        seed=seed,
        jobs=JOBS,
        days=DAYS,
        rate=RATE,
        events=max(min(10 * JOBS, 300), 5 * JOBS),
        troubles=round(TROUBLES_PER_HOUR * 24 * DAYS),
        restarts=min(2 + round(4 * DAYS), 8),
        patience_seconds=PATIENCE_SECONDS,
    )


@dataclass(frozen=True)
class Outcome:
    """A soak that is over, and how everything was then."""

    soak: Soak
    views: Views

    @property
    def seed(self) -> str:
        """How to repeat it."""
        return f"repeat it with SOAK_SEED={self.soak.course.seed}"


@pytest.fixture(scope="module")
def outcome(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    course = plan_course()
    describe_course(course)
    with open_soak(course, cluster, tmp_path_factory.mktemp("soak")) as soak:
        soak.live()
        soak.settle()
        describe_soak(soak)
        yield Outcome(soak, soak.take_views())


@pytest.fixture(autouse=True)
def count_events(
    request: pytest.FixtureRequest, outcome: Outcome, record_property: Callable[[str, object], None]
) -> None:
    """Count each event once, whatever number of tests look at what it left."""
    is_first = request.function.__name__ == "test_graph_is_as_the_resources_want_it"
    record_property("tried", outcome.soak.done.total() if is_first else 0)


def test_graph_is_as_the_resources_want_it(outcome: Outcome) -> None:
    soak = outcome.soak
    assert find_world_faults(outcome.views, soak.population, soak.environment) == [], outcome.seed


def test_each_create_delete_restart_and_provisioning_was_due(outcome: Outcome) -> None:
    outcome.soak.ledger.read_on()
    assert find_write_faults(outcome.soak.population, outcome.soak.ledger) == [], outcome.seed


def test_each_resource_shows_its_job_and_none_is_left_of_those_deleted(outcome: Outcome) -> None:
    assert find_resource_faults(outcome.views, outcome.soak.population) == [], outcome.seed


def test_the_metrics_show_the_resources_and_nothing_else(outcome: Outcome) -> None:
    assert find_metric_faults(outcome.views, outcome.soak.population.requests) == [], outcome.seed


def test_memory_is_flat(outcome: Outcome) -> None:
    flatness = _measure_flatness(outcome)
    assert flatness.mebibytes[-1] <= flatness.mebibytes_allowed, outcome.seed


def _measure_flatness(outcome: Outcome) -> Flatness:
    flatness = Flatness(outcome.soak.pod.longest_life())
    if not flatness.is_measured:
        pytest.skip(f"No process lived for {FEWEST_SAMPLES} samples: the machine was too slow to tell.")
    return flatness


def test_no_secret_has_leaked(outcome: Outcome) -> None:
    assert find_leaks(outcome.soak.environment) == [], outcome.seed


def test_open_files_are_flat(outcome: Outcome) -> None:
    pod, flatness = outcome.soak.pod, _measure_flatness(outcome)
    if flatness.samples[-1].pid != pod.replica.operator.process.pid:
        pytest.skip("The process that lived longest has ended.")
    allowed = flatness.files[1] + MORE_FILES
    until(pod.measure, lambda now: now.files <= allowed, what=f"at most {allowed} files are open; {outcome.seed}")


@pytest.mark.skipif(DAYS < 1, reason="the last idle connections are closed after a minute, which a short soak spares")
def test_connections_are_closed_when_nothing_is_asked_any_more(outcome: Outcome) -> None:
    outcome.soak.owners.leave_alone()
    until(
        outcome.soak.pod.measure,
        lambda now: now.connections <= FEW_CONNECTIONS,
        what=f"at most {FEW_CONNECTIONS} connections are open; {outcome.seed}",
        within_seconds=3 * HANG_SECONDS,
    )
