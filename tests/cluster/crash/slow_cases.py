"""Cases that wait for the replication bound, all started at once on one simulator, so that it passes only once."""

from dataclasses import dataclass
from typing import Any

from tests.cluster.crash.cases import Case, apply, holds_a_job, new_case
from tests.support.operator_environment import OperatorEnvironment

MORE_READS_THAN_THE_BOUND_HAS = 54
"""There are 50 reads, which are 1, 2, 4, 8, 16, 20, 20 ... s apart."""

WAYS_TO_LOSE: dict[str, dict[str, Any]] = {
    "the connection is cut": {"action": "close"},
    "the answer is cut short": {"action": "truncate"},
    "a gateway answers 502": {"action": "answer", "status": 502},
    "Graph answers 500": {"action": "answer", "status": 500},
    "the answer is no JSON": {"action": "answer", "status": 201, "body": b"<html>"},
    "the answer has no id": {"action": "answer", "status": 201, "body": b"{}"},
}

RARELY = "24h"
"""The poll interval of a job once it was found: dozens of jobs stay while other tests run."""

TEN_MINUTES, FOURTEEN_MINUTES = 10 * 60, 14 * 60


@dataclass(frozen=True)
class SlowCases:
    """The cases, by what happens to the create."""

    hidden_for: dict[int, Case]
    """The answer is lost and the job is hidden for so many reads."""
    never_arrived: Case
    refused_by_a_gateway: Case
    in_each_way: dict[str, Case]
    seen_late: Case
    """Graph answers, and shows the job only after 14 minutes."""
    lost_and_seen_late: Case
    settled: Case
    """Nothing fails. The test hides the job when it is old."""
    deleted_before_it_shows: Case
    deleted_and_never_arrived: Case
    deleted_and_unknown: Case
    """Graph answers the create, and then knows nothing of the job for ten minutes, not even when asked to delete it."""


def start_slow_cases(environment: OperatorEnvironment) -> SlowCases:
    """Start all cases and return without waiting for their ends."""
    simulator = environment.simulator
    cases = SlowCases(
        hidden_for={
            looks: new_case(environment, creation={"looks": looks}) for looks in range(MORE_READS_THAN_THE_BOUND_HAS)
        },
        never_arrived=new_case(environment),
        refused_by_a_gateway=new_case(environment),
        in_each_way={way: new_case(environment) for way in WAYS_TO_LOSE},
        seen_late=new_case(environment, creation={"seconds": FOURTEEN_MINUTES}),
        lost_and_seen_late=new_case(environment, creation={"seconds": FOURTEEN_MINUTES}),
        settled=new_case(environment),
        deleted_before_it_shows=new_case(environment, creation={"looks": 9}),
        deleted_and_never_arrived=new_case(environment),
        deleted_and_unknown=new_case(environment, creation={"seconds": TEN_MINUTES, "hides": ["list", "get", "act"]}),
    )
    for case in (cases.never_arrived, cases.deleted_and_never_arrived):
        simulator.fault("close", operation="createJob", point="before", service_principal=case.principal)
    simulator.fault("answer", operation="createJob", status=503, service_principal=cases.refused_by_a_gateway.principal)
    for case in (*cases.hidden_for.values(), cases.lost_and_seen_late, cases.deleted_before_it_shows):
        simulator.fault("close", operation="createJob", point="after", service_principal=case.principal)
    for way, case in cases.in_each_way.items():
        simulator.fault(operation="createJob", point="after", service_principal=case.principal, **WAYS_TO_LOSE[way])
    for case in (cases.deleted_and_never_arrived, cases.deleted_before_it_shows):
        _begin(case)
        environment.delete_job(case.name)
    _begin(cases.deleted_and_unknown)
    environment.wait(cases.deleted_and_unknown.name, holds_a_job, "the job is held")
    environment.delete_job(cases.deleted_and_unknown.name)
    _begin(cases.settled, pollInterval="30s")
    for case in (cases.seen_late, cases.lost_and_seen_late, cases.never_arrived):
        _begin(case)
    for case in (cases.refused_by_a_gateway, *cases.hidden_for.values(), *cases.in_each_way.values()):
        _begin(case, pollInterval=RARELY)
    return cases


def _begin(case: Case, **spec: Any) -> None:
    """Apply a resource and wait until its create was sent.

    The cases start one after the other. All at once they would wait for each other and miss reads.
    """
    apply(case, **spec).creates(at_least=1)
    case.environment.simulator.change_service_principal(
        case.principal, creation={}
    )  # a second job, if any, shows at once
