"""The process ends at each of its calls in turn, and the next one finishes what a user asked for.

The whole operator runs in memory, without Kopf, between the simulator and an API server of a few lines, in a time that
nobody waits for. `tests/cluster/crash` kills real processes.
"""

import pytest

from tests.support.kill_points.harness import find_kills, play
from tests.support.kill_points.lifeline import Kill, Point
from tests.support.kill_points.request_scenarios import REQUEST_SCENARIOS
from tests.support.kill_points.restarts import RESTARTS
from tests.support.kill_points.scenarios import SCENARIOS, Scenario

ALL = (*SCENARIOS, *RESTARTS, *REQUEST_SCENARIOS)
KILLS = [
    pytest.param(scenario, kill, id=f"{scenario.name}: {kill}") for scenario in ALL for kill in find_kills(scenario)
]
BY_NAME = {scenario.name: scenario for scenario in ALL}


@pytest.mark.chaos("End of the process at each of its calls: before the request, before the answer, after the answer")
@pytest.mark.parametrize(("scenario", "kill"), KILLS)
def test_nothing_is_doubled_or_lost(scenario: Scenario, kill: Kill) -> None:
    play(scenario, kill)


class TestHarness:
    """What a broken operator would do, brought about by an API server that loses what the operator writes down."""

    @pytest.mark.parametrize(
        ("name", "operation", "lost"),
        [
            pytest.param("create", "createJob", "operation", id="a second job, because the intent of a create is lost"),
            pytest.param("recreation", "createJob", "operation", id="a second job in the place of one that has gone"),
            pytest.param("scope change", "putSecrets", "operation", id="no restart, because the intent of it is lost"),
            pytest.param(
                "dangerous restart", "restartJob", "restarts", id="a second restart, because its token is lost"
            ),
            pytest.param("start that shows late", "startJob", "lastStartTime", id="a second start"),
            pytest.param(
                "create whose start shows late", "startJob", "lastStartTime", id="a second start after a create"
            ),
            pytest.param("provisioning request", "provisionOnDemand", "operation", id="a second provisioning"),
            pytest.param("hold and its end", "pauseJob", "pause", id="no start at the end of a hold"),
        ],
    )
    def test_notices(self, name: str, operation: str, lost: str) -> None:
        scenario = BY_NAME[name]
        [kill] = [
            found
            for found in find_kills(scenario)
            if found.operation == operation and found.point is Point.BEFORE_ANSWER
        ]
        with pytest.raises(AssertionError):
            play(scenario, kill, loses=lost)
