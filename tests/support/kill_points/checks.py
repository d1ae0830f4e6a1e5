"""What the world has to be like after a scenario. Each check raises `AssertionError` unless it is."""

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION
from tests.support.kill_points.world import World

FOREIGN = ("UserName", "somebody")
"""What a person has saved at the portal, beside the operator's own keys."""


def assert_one_job(world: World, state: str) -> str:
    """Check that there is one job, in this state, and return its id."""
    jobs = world.jobs()
    assert [job.schedule_state for job in jobs] == [state]
    return jobs[0].id


def assert_ready(world: World, state: str = "Active") -> None:
    """Check that the resource is Ready as it is now, holds the only job, and has nothing unfinished."""
    job_id = assert_one_job(world, {"Active": "Active", "Paused": "Disabled"}[state])
    found = world.resource()
    assert found is not None
    metadata, status = found["metadata"], found.get("status", {})
    conditions = {entry["type"]: (entry["status"], entry["reason"]) for entry in status.get("conditions", ())}
    assert conditions.get("Ready", ("", ""))[0] == "True", conditions
    assert not {"Reconciling", "Stalled"} & conditions.keys(), conditions
    assert status["observedGeneration"] == metadata["generation"]
    assert (status["job"]["id"], metadata["annotations"][JOB_ID_ANNOTATION]) == (job_id, job_id)
    assert FINALIZER in metadata["finalizers"]
    unfinished = {"operation", "unshownChange", "deletedJobId"} | ({"pause"} if state == "Active" else set())
    assert not unfinished & status.keys(), status
    assert status.get("schedule", {}).get("restartDue") is None


def assert_secrets(world: World, token: str, **others: str) -> None:
    """Check what Graph stores: what was asked for, and what a person has saved."""
    assert world.secrets() == {"BaseAddress": "https://scim.example", "SecretToken": token, FOREIGN[0]: FOREIGN[1]} | (
        others
    )


def assert_backups(world: World, count: int) -> None:
    """Check that the schemas from before the changes are in so many ConfigMaps, which the status names."""
    found = world.resource()
    assert found is not None
    named = [entry["name"] for entry in found["status"]["schema"]["backups"]]
    assert sorted(entry["metadata"]["name"] for entry in world.server.list("configmaps")) == sorted(named)
    assert len(named) == count


def assert_gone(world: World) -> None:
    """Check that the resource is gone."""
    assert world.resource() is None
