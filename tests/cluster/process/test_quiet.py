"""A pass that finds nothing new writes nothing, and each change causes one Event."""

from control_plane.audit import Request
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, open_second_operator

OPERATOR = "entra-sync-operator"
QUARANTINE = {
    "schedule": {"state": "Active"},
    "status": {"code": "Quarantine", "quarantine": {"reason": "TooManyDeletes", "seriesCount": 3, "error": None}},
}
"""A quarantine that does not change, unlike the simulator's own, which goes on to its next attempt."""


def settle(environment: OperatorEnvironment, *, ill: bool = False) -> tuple[str, str]:
    """Have a job adopted that does not change by itself; return service principal and resource."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    if ill:
        environment.simulator.override(job, merge=QUARANTINE)
    name = environment.apply_job(principal, pollInterval="30s")
    environment.wait(name, lambda found: found.get("status", {}).get("conditions"), "it is settled")
    return principal, name


def writes_since(environment: OperatorEnvironment, position: int) -> list[Request]:
    """List the operator's writes in the environment's namespace."""
    reported = environment.cluster.plane.audit_log.writes(position)
    return [write for write in reported if write.namespace == environment.namespace and OPERATOR in write.user_agent]


def version(found: Object) -> str:
    return str(found["metadata"]["resourceVersion"])


def test_ten_polls_that_find_nothing_new_write_nothing(fast_environment: OperatorEnvironment) -> None:
    environment = fast_environment
    settled = [settle(environment), settle(environment, ill=True)]
    environment.wait_polls(*(principal for principal, _ in settled), count=1)
    before = [version(environment.job(name)) for _, name in settled]
    position = environment.cluster.plane.audit_log.position()
    environment.wait_polls(*(principal for principal, _ in settled), count=10)
    assert [version(environment.job(name)) for _, name in settled] == before
    names = {name for _, name in settled}
    assert [write for write in writes_since(environment, position) if write.name in names] == []


def test_each_change_is_reported_by_one_event(fast_environment: OperatorEnvironment) -> None:
    environment = fast_environment
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, pollInterval="30s")
    job = environment.wait_ready(name)["status"]["job"]["id"]
    environment.simulator.quarantine(job, "EncounteredQuarantineException")
    environment.wait_condition(name, "Quarantined")
    environment.wait_polls(principal, count=5)
    environment.simulator.act(job, "start")
    environment.wait_condition(name, "Quarantined", "False")
    environment.change_job(name, schedule={"state": "Paused"})
    environment.wait_ready(name)
    environment.wait_polls(principal, count=5)
    environment.wait_reasons(name, ["JobCreated", "JobStarted", "Quarantined", "QuarantineLifted", "JobPaused"])


def test_a_restarted_operator_writes_nothing_where_nothing_has_changed(
    shared_fast_environment: OperatorEnvironment,
) -> None:
    with open_second_operator(shared_fast_environment) as environment:
        settled = [settle(environment), settle(environment, ill=True)]
        created = environment.simulator.create_service_principal().id
        name = environment.apply_job(created, schedule={"state": "Paused"}, pollInterval="30s")
        environment.wait_ready(name)
        settled.append((created, name))
        assert environment.operator is not None
        assert environment.operator.stop() == 0
        before = [version(environment.job(name)) for _, name in settled]
        events = {name: environment.reasons(name) for _, name in settled}
        writes = {principal: environment.writes(principal) for principal, _ in settled}
        position = environment.cluster.plane.audit_log.position()
        environment.start_operator()
        environment.wait_polls(*writes, count=2)
        assert [version(environment.job(name)) for _, name in settled] == before
        assert {name: environment.reasons(name) for _, name in settled} == events
        assert {principal: environment.writes(principal) for principal, _ in settled} == writes
        assert writes_since(environment, position) == []
