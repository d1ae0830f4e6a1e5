"""What happens to our resources and their jobs when the whole namespace is deleted."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import OperatorEnvironment, another_namespace, condition
from tests.support.polling import until


@dataclass(frozen=True)
class Case:
    """A namespace with one resource, and the service principal of its job."""

    environment: OperatorEnvironment
    principal: str
    name: str

    def namespace(self) -> Object:
        """Read the namespace."""
        return self.environment.cluster.get("v1", "namespaces", self.environment.namespace)

    def schedule_states(self) -> list[str]:
        """List the schedule states of the jobs in Graph."""
        return [job.schedule_state for job in self.environment.simulator.jobs(self.principal)]

    def writes(self) -> list[str]:
        """List the writes to Graph."""
        return self.environment.writes(self.principal)


@dataclass(frozen=True)
class Cases:
    """Namespaces that were all deleted at once: controllers wait 5 s before they touch one, and then 8 s."""

    settled: Case
    retained: Case
    unfinished: Case
    """The answer to the create was lost, and the job shows only when the resource is being deleted."""
    refused: Case
    """Graph refuses to delete the job because a permission is missing."""
    unanswered: Case
    """Graph no longer answers calls about the service principal."""


@pytest.fixture(scope="module")
def cases(cluster_wide: OperatorEnvironment) -> Cases:
    simulator = cluster_wide.simulator
    refused, unanswered = set_up(cluster_wide), set_up(cluster_wide)
    cases = Cases(
        set_up(cluster_wide),
        set_up(cluster_wide, deletionPolicy="Retain"),
        lose_answer(cluster_wide),
        refused,
        unanswered,
    )
    refusal = {"status": 403, "code": "Authorization_RequestDenied", "times": None}
    simulator.fault("answer", operation="deleteJob", service_principal=refused.principal, **refusal)
    simulator.fault("close", service_principal=unanswered.principal, times=None)
    for case in (cases.settled, cases.retained, cases.unfinished, refused, unanswered):
        case.environment.delete_namespace()
    return cases


def set_up(cluster_wide: OperatorEnvironment, **spec: Any) -> Case:
    """Have a job created and started in a namespace of its own."""
    environment = another_namespace(cluster_wide)
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, **spec)
    environment.wait_ready(name)
    return Case(environment, principal, name)


def lose_answer(cluster_wide: OperatorEnvironment) -> Case:
    """Lose the answer to a create, and hide the job for almost as long as the operator waits for it."""
    environment = another_namespace(cluster_wide)
    principal = environment.simulator.create_service_principal(
        creation={"seconds": 14 * 60, "hides": ["list", "get"]}
    ).id
    lost = environment.simulator.fault("close", operation="createJob", service_principal=principal, point="after")
    name = environment.apply_job(principal)
    lost.wait_hits()
    return Case(environment, principal, name)


@dataclass(frozen=True)
class BlockedDeletions:
    """What the resources and their namespaces said before a person let go of the blocked jobs."""

    refused: str
    unanswered: Object
    namespaces: list[Object]


@pytest.fixture(scope="module", autouse=True)
def blocked_deletions(cases: Cases) -> BlockedDeletions:
    """Read what blocks the deletions, then let go, for all tests, so that all namespaces end at the same time."""
    show_hidden_job(cases.unfinished)
    blocked = (cases.refused, cases.unanswered)
    found = BlockedDeletions(
        refused=cases.refused.environment.wait_stalled(cases.refused.name, "DeletionBlocked"),
        unanswered=cases.unanswered.environment.wait_condition(
            cases.unanswered.name, "Reconciling", reason="GraphUnreachable"
        ),
        namespaces=[until(case.namespace, is_held_up, what="the namespace says what it waits for") for case in blocked],
    )
    for case in blocked:
        case.environment.annotate(case.name, abandon="true")
    return found


def show_hidden_job(case: Case) -> None:
    """Show a hidden job, now that its resource is being deleted."""
    case.environment.wait_condition(case.name, "Reconciling", reason="Deleting")
    [job] = case.environment.simulator.jobs(case.principal)
    case.environment.simulator.hide(job.id, seconds=0)


def is_held_up(namespace: Object) -> bool:
    return has_condition(namespace, "NamespaceFinalizersRemaining")


def test_a_created_job_is_deleted_and_its_namespace_goes(cases: Cases) -> None:
    cases.settled.environment.wait_namespace_gone()
    assert cases.settled.schedule_states() == []
    assert cases.settled.writes() == ["createJob", "startJob", "deleteJob"]


def test_a_retained_job_lives_on_and_its_namespace_goes(cases: Cases) -> None:
    cases.retained.environment.wait_namespace_gone()
    assert cases.retained.schedule_states() == ["Active"]
    assert cases.retained.writes() == ["createJob", "startJob"]


def test_a_namespace_waits_for_a_create_whose_answer_was_lost_and_its_job_is_deleted(cases: Cases) -> None:
    cases.unfinished.environment.wait_namespace_gone()
    assert cases.unfinished.schedule_states() == []
    assert cases.unfinished.writes() == ["createJob", "deleteJob"]


class TestBlockedDeletion:
    def test_a_blocked_namespace_says_that_it_waits_for_our_finalizer(
        self, blocked_deletions: BlockedDeletions
    ) -> None:
        for namespace in blocked_deletions.namespaces:
            assert namespace["status"]["phase"] == "Terminating"
            assert "entrasync.io" in condition(namespace, "NamespaceFinalizersRemaining")["message"]

    def test_a_deletion_that_graph_refuses_says_how_to_let_go(self, blocked_deletions: BlockedDeletions) -> None:
        assert "Graph refused to delete the job (403" in blocked_deletions.refused
        assert 'annotate the resource with entrasync.io/abandon: "true"' in blocked_deletions.refused

    def test_a_deletion_that_graph_does_not_answer_says_how_to_let_go(
        self, blocked_deletions: BlockedDeletions
    ) -> None:
        message = condition(blocked_deletions.unanswered, "Reconciling")["message"]
        assert "No answer from Graph when asked to delete the job" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message

    @pytest.mark.parametrize("which", ["refused", "unanswered"])
    def test_a_blocked_namespace_goes_when_a_person_lets_go(
        self, cases: Cases, blocked_deletions: BlockedDeletions, which: str
    ) -> None:
        case: Case = getattr(cases, which)
        case.environment.wait_namespace_gone()
        assert case.schedule_states() == ["Active"]


def test_an_event_that_a_terminating_namespace_refuses_does_no_harm(
    cases: Cases, environment: OperatorEnvironment
) -> None:
    cases.settled.environment.wait_namespace_gone()
    refusals = [line for line in environment.log.read_text().splitlines() if "An Event could not be posted" in line]
    assert any(cases.settled.environment.namespace in line and "is being terminated" in line for line in refusals)
    name = environment.apply_job(environment.simulator.create_service_principal().id)
    environment.wait_ready(name)
    environment.wait_event(name, "JobCreated")
