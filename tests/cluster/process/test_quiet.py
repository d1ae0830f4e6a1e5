"""What finds nothing new writes nothing, and what happened once is told once."""

from control_plane.audit import Request
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, open_branch

OPERATOR = "entra-sync-operator"
QUARANTINE = {
    "schedule": {"state": "Active"},
    "status": {"code": "Quarantine", "quarantine": {"reason": "TooManyDeletes", "seriesCount": 3, "error": None}},
}
"""A quarantine that stands still: the simulator's own goes on to its next attempt."""


def settle(place: OperatorEnvironment, *, ill: bool = False) -> tuple[str, str]:
    """Have a job adopted about which nothing will change by itself; returns service principal and resource."""
    principal = place.world.create_service_principal().id
    job = place.world.create_job(principal).id
    if ill:
        place.world.override(job, merge=QUARANTINE)
    name = place.apply_job(principal, pollInterval="30s")
    place.wait(name, lambda found: found.get("status", {}).get("conditions"), "it is settled")
    return principal, name


def writes_since(place: OperatorEnvironment, position: int) -> list[Request]:
    """List what the operator wrote in the workplace's namespace."""
    told = place.cluster.plane.audit_log.writes(position)
    return [write for write in told if write.namespace == place.namespace and OPERATOR in write.user_agent]


def version(found: Object) -> str:
    return str(found["metadata"]["resourceVersion"])


def test_ten_polls_that_find_nothing_new_write_nothing(swift_workplace: OperatorEnvironment) -> None:
    place = swift_workplace
    settled = [settle(place), settle(place, ill=True)]
    place.wait_polls(*(principal for principal, _ in settled), count=1)
    before = [version(place.job(name)) for _, name in settled]
    position = place.cluster.plane.audit_log.position()
    place.wait_polls(*(principal for principal, _ in settled), count=10)
    assert [version(place.job(name)) for _, name in settled] == before
    names = {name for _, name in settled}
    assert [write for write in writes_since(place, position) if write.name in names] == []


def test_each_change_is_told_by_one_event(swift_workplace: OperatorEnvironment) -> None:
    place = swift_workplace
    principal = place.world.create_service_principal().id
    name = place.apply_job(principal, pollInterval="30s")
    job = place.wait_ready(name)["status"]["job"]["id"]
    place.world.quarantine(job, "EncounteredQuarantineException")
    place.wait_condition(name, "Quarantined")
    place.wait_polls(principal, count=5)
    place.world.act(job, "start")
    place.wait_condition(name, "Quarantined", "False")
    place.change_job(name, schedule={"state": "Paused"})
    place.wait_ready(name)
    place.wait_polls(principal, count=5)
    place.wait_reasons(name, ["JobCreated", "JobStarted", "Quarantined", "QuarantineLifted", "JobPaused"])


def test_a_new_start_of_the_operator_writes_nothing_for_what_is_settled(
    shared_swift_workplace: OperatorEnvironment,
) -> None:
    with open_branch(shared_swift_workplace) as place:
        settled = [settle(place), settle(place, ill=True)]
        created = place.world.create_service_principal().id
        name = place.apply_job(created, schedule={"state": "Paused"}, pollInterval="30s")
        place.wait_ready(name)
        settled.append((created, name))
        assert place.operator is not None
        assert place.operator.stop() == 0
        before = [version(place.job(name)) for _, name in settled]
        events = {name: place.reasons(name) for _, name in settled}
        writes = {principal: place.writes(principal) for principal, _ in settled}
        position = place.cluster.plane.audit_log.position()
        place.start_operator()
        place.wait_polls(*writes, count=2)
        assert [version(place.job(name)) for _, name in settled] == before
        assert {name: place.reasons(name) for _, name in settled} == events
        assert {principal: place.writes(principal) for principal, _ in settled} == writes
        assert writes_since(place, position) == []
