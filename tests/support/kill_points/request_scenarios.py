"""What users ask for by ProvisioningRequests. Each is sent once at most, wherever the process ends."""

from tests.support.kill_points.checks import assert_ready
from tests.support.kill_points.scenarios import AT_MOST_ONCE, Scenario, holding
from tests.support.kill_points.world import World


def _check_provisioned_once(world: World) -> None:
    """The outcome is known and true, unless the process ended between its intent and its result."""
    assert_ready(world)
    found = world.find_request()
    assert found is not None
    status = found.get("status", {})
    outcome, provisioned = status.get("result", {}).get("outcome"), world.writes()["provisionOnDemand"]
    assert (outcome, provisioned) == ("Success", 1) or (outcome == "Unknown" and world.deaths == 1), status
    assert "operation" not in status


def _check_expired(world: World) -> None:
    assert_ready(world)
    assert world.find_request() is None


REQUEST_SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "provisioning request",
        lambda world: world.request(),
        _check_provisioned_once,
        {"provisionOnDemand": AT_MOST_ONCE},
        holding(),
    ),
    Scenario(
        "provisioning request with a time to live",
        lambda world: world.request(ttlSecondsAfterFinished=60),
        _check_expired,
        {"provisionOnDemand": AT_MOST_ONCE},
        holding(),
    ),
)
