"""Take-overs under load: whoever leads, and however it ends, no write is doubled and none is lost."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import cycle, groupby, pairwise

import pytest

from graph_simulator.control_client.client import JournalEntry
from tests.cluster.application.scim import ScimApp
from tests.support.cluster import Cluster, has_condition
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until
from tests.support.replica_set import Replica, ReplicaSet, is_graph_write, open_replicas, writer_of

TAKEOVERS = int(os.environ.get("TAKEOVERS", "10"))
"""How often the leader is ended. `make chaos` asks for more."""

JOBS_PER_TAKEOVER = int(os.environ.get("JOBS_PER_TAKEOVER", "3"))
"""The load of each. `make chaos` asks for more."""

pytestmark = [pytest.mark.timeout(60 * TAKEOVERS), pytest.mark.chaos("A take-over under load")]


@dataclass
class Load:
    """What people do while the leader is ended: they make resources and rotate secrets."""

    environment: OperatorEnvironment
    created: dict[str, str] = field(default_factory=dict)
    """The resources, each with its service principal."""
    apps: list[ScimApp] = field(default_factory=list)

    def add_work(self) -> None:
        """Make new resources, one of them with credentials, and rotate the secrets of the last ones that have some."""
        for _ in range(JOBS_PER_TAKEOVER):
            principal = self.environment.simulator.create_service_principal().id
            self.created[self.environment.apply_job(principal, schedule={"state": "Active"})] = principal
        app = ScimApp.register(self.environment)
        self.created[app.apply()] = app.principal
        for each in self.apps[-2:]:
            each.rotate()
        self.apps.append(app)

    def is_saved(self) -> bool:
        """Whether Graph has the newest secret of each app."""
        return all(app.stored.get("SecretToken") == app.token for app in self.apps)


def kill(leader: Replica) -> None:
    """End it as a crash does."""
    leader.operator.kill()


def freeze(leader: Replica) -> None:
    """Stop it for as long as it takes until another leads."""
    leader.stop_for_a_while()


def tell_to_stop(leader: Replica) -> None:
    """End it as a rollout does."""
    leader.operator.stop()


def cut_off(leader: Replica) -> None:
    """Let the API server be silent towards it alone."""
    leader.proxy.fall_silent()


ENDS: tuple[Callable[[Replica], None], ...] = (kill, freeze, tell_to_stop, cut_off)


def end_leader(replicas: ReplicaSet, load: Load, end: Callable[[Replica], None], *, after_writes: int) -> None:
    """End the leader in the middle of its work, and wait until the other leads and the first is replaced.

    On a slow machine a replica may lose the Lease and end by itself. It is replaced too, and does not count.
    """
    at_work = f"the leader sends {after_writes} writes for the resources after the first {len(load.created)}"
    simulator = replicas.environment.simulator
    so_far = simulator.journal()[-1].sequence if simulator.journal() else 0
    load.add_work()
    until(lambda: is_at_work(replicas, so_far, after_writes), what=at_work)
    leader = replicas.wait_leader(replaces_ended=True)
    end(leader)
    load.add_work()
    replicas.wait_leader(besides=leader, replaces_ended=True)
    leader.thaw()
    leader.operator.process.wait(60)
    replicas.replace_ended()


def is_at_work(replicas: ReplicaSet, so_far: int, writes: int) -> bool:
    """Whether so many writes have gone to Graph after those `so_far`. Replaces replicas that have ended."""
    replicas.replace_ended()
    return sum(map(is_graph_write, replicas.environment.simulator.journal(after=so_far))) >= writes


def is_ready(replicas: ReplicaSet, name: str) -> bool:
    """Whether a resource is Ready. Replaces replicas that have ended."""
    replicas.replace_ended()
    return has_condition(replicas.environment.job(name), "Ready")


@dataclass(frozen=True)
class Outcome:
    """What is left when all leaders have been ended and all is quiet."""

    load: Load
    replicas: ReplicaSet

    @cached_property
    def writes(self) -> list[JournalEntry]:
        """The writes to Graph, in order."""
        return list(filter(is_graph_write, self.replicas.environment.simulator.journal()))

    def list_saves(self, principal: str) -> list[JournalEntry]:
        """List the saves of secrets that Graph carried out on a service principal. The journal hides their values."""
        return [
            entry
            for entry in self.writes
            if entry.operation == "putSecrets" and entry.service_principal == principal and entry.had_effect
        ]


@pytest.fixture(scope="module")
def outcome(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """End leader after leader, each in another way and at another point of its work."""
    chance, folder = random.Random(TAKEOVERS), tmp_path_factory.mktemp("takeovers")
    with open_environment(cluster, folder, starts=False) as environment, open_replicas(environment) as replicas:
        load = Load(environment)
        for _, end in zip(range(TAKEOVERS), cycle(ENDS), strict=False):
            end_leader(replicas, load, end, after_writes=chance.randrange(1, 2 * JOBS_PER_TAKEOVER))
        for name in load.created:
            until(partial(is_ready, replicas, name), what=f"{name} is Ready")
        until(load.is_saved, what="all secrets are saved")
        yield Outcome(load, replicas)


@pytest.fixture(autouse=True)
def count_takeovers(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Count each take-over once, whatever number of tests look at it."""
    is_first = request.function.__name__ == "test_each_leader_wrote_in_one_piece"
    record_property("tried", TAKEOVERS if is_first else 0)


class TestManyTakeovers:
    def test_each_leader_wrote_in_one_piece(self, outcome: Outcome) -> None:
        writers = outcome.replicas.find_writers()
        assert len(writers) == len(set(writers))
        assert len(writers) > TAKEOVERS / 2

    def test_no_write_of_a_leader_was_under_way_when_the_next_began_to_write(self, outcome: Outcome) -> None:
        pieces = [list(piece) for _, piece in groupby(outcome.writes, key=writer_of)]
        overlaps = [
            (earlier.operation, later[0].operation)
            for before, later in pairwise(pieces)
            for earlier in before
            if earlier.real_time + (earlier.seconds or 0) > later[0].real_time
        ]
        assert overlaps == []

    def test_each_service_principal_has_one_job_by_one_create(self, outcome: Outcome) -> None:
        creates = Counter(
            entry.service_principal for entry in outcome.writes if entry.operation == "createJob" and entry.had_effect
        )
        assert creates == dict.fromkeys(outcome.load.created.values(), 1)

    def test_each_job_was_started_once(self, outcome: Outcome) -> None:
        simulator = outcome.load.environment.simulator
        starts = {principal: simulator.jobs(principal)[0].starts for principal in outcome.load.created.values()}
        assert starts == dict.fromkeys(starts, 1)

    def test_no_leader_saved_the_same_secrets_twice(self, outcome: Outcome) -> None:
        saves = Counter(
            (writer_of(entry), app.principal, values["SecretToken"])
            for app in outcome.load.apps
            for entry, values in zip(outcome.list_saves(app.principal), app.saves, strict=True)
        )
        assert {what: times for what, times in saves.items() if times > 1} == {}
