"""The mirror follows the progress of a running cycle."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import HANG_SECONDS


def completed(found: dict[str, Any]) -> int:
    """Return the number of completed units in the mirror."""
    progress = found["status"].get("synchronizationStatus", {}).get("progress") or [{}]
    return int(progress[0].get("completedUnits", 0))


def test_progress_is_read_repeatedly_until_the_cycle_has_ended(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    environment.simulator.script(job, {"kind": "succeed", "duration": "PT25M", "imported": 1000})
    name = environment.apply_job(principal, schedule={"state": "Active"})
    early = completed(environment.wait(name, lambda found: 0 < completed(found) < 1000, "some units are done"))
    environment.wait(name, lambda found: early < completed(found) < 1000, "more of them are done")
    ended = environment.wait(
        name,
        lambda found: found["status"]["synchronizationStatus"].get("lastExecution"),
        "the cycle of 25 minutes has ended",
        2 * HANG_SECONDS,
    )
    assert ended["status"]["synchronizationStatus"]["lastExecution"]["state"] == "Succeeded"
