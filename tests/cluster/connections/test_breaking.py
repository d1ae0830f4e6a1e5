"""A connection that breaks: its jobs say so once, Graph is not asked for them meanwhile, and all goes on by itself."""

import pytest

from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.teams import Team

SECONDS = 5.0
"""At once, on a busy machine; a poll of connections comes after six minutes."""


def start_jobs(team: Team, count: int) -> dict[str, str]:
    """Have jobs made that are polled twice a second and about which nothing changes by itself.

    Returns their service principals by name.
    """
    jobs = {}
    for principal in [team.make_principal() for _ in range(count)]:
        jobs[team.place.apply_job(principal, pollInterval="30s", schedule={"state": "Paused"})] = principal
    for name in jobs:
        team.place.wait_ready(name)
    team.place.wait_polls(*jobs.values(), count=1)
    return jobs


def status_writes(place: OperatorEnvironment, position: int) -> dict[str, int]:
    """Count the status writes to each job of a namespace since a position of the audit log."""
    writes = place.cluster.plane.audit_log.writes(position, resource="synchronizationjobs")
    names = [write.name for write in writes if write.namespace == place.namespace and write.subresource == "status"]
    return {name: names.count(name) for name in names}


def shown_ready(team: Team) -> float:
    """Read the metric that says whether a team's connection works."""
    assert team.place.operator is not None
    _, text = team.place.operator.read("/metrics")
    [line] = [
        line
        for line in text.splitlines()
        if line.startswith("entrasync_connection_ready") and f'namespace="{team.namespace}"' in line
    ]
    return float(line.split()[-1])


def wait_out_polls(house: SharedOperator) -> None:
    """Wait for so long that others are polled five times."""
    other = house.add_team()
    other.connect()
    other.place.wait_polls(*start_jobs(other, 1).values(), count=5)
    other.place.rest()


@pytest.mark.parametrize("breach", ["the credential is refused in the midst of a pass", "the Secret is deleted"])
def test_a_connection_that_breaks_and_is_mended(house: SharedOperator, team: Team, breach: str) -> None:
    place, world = team.place, team.place.world
    team.apply_secret(is_watched=True)
    team.wait_connected(team.apply_connection())
    jobs = start_jobs(team, 2)
    position = place.cluster.plane.audit_log.position()
    if breach == "the Secret is deleted":
        team.delete_secret()
        reason = "SecretUnreadable"
    else:
        world.set_application(team.client, team.tenant, secrets=["canary~of-tomorrow"])
        world.revoke_tokens()
        reason = "CredentialRefused"
    message = team.wait_broken(reason, within_seconds=SECONDS)
    for name in jobs:
        found = place.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        told = condition(found, "Ready")["message"]
        assert told == f"GraphConnection {team.namespace}/default is not ready ({reason}): {message}"
        assert condition(found, "Applied")["status"] == "True", "what was applied still is"
    assert shown_ready(team) == 0
    quiet_since = world.journal()[-1].sequence
    wait_out_polls(house)
    asked = [world.journal(service_principal=principal, after=quiet_since) for principal in jobs.values()]
    assert asked == [[], []]
    assert status_writes(place, position) == dict.fromkeys(jobs, 1)
    if breach == "the Secret is deleted":
        team.apply_secret(is_watched=True)
    else:
        team.apply_secret(client_secret="canary~of-tomorrow")
    team.wait_connected(within_seconds=SECONDS)
    for name in jobs:
        place.wait_ready(name, within_seconds=SECONDS)
    assert shown_ready(team) == 1
    place.rest()


class TestAJobThatIsDeletedWithoutAConnection:
    def test_goes_by_what_last_worked_after_the_secret_went(self, team: Team) -> None:
        place, world = team.place, team.place.world
        team.apply_secret(is_watched=True)
        team.wait_connected(team.apply_connection())
        [(name, principal)] = start_jobs(team, 1).items()
        team.delete_secret()
        team.wait_broken("SecretUnreadable")
        place.delete_job(name)
        place.wait_gone(name)
        assert [job for job in world.jobs(principal) if not job.is_deleted] == []

    def test_goes_by_what_last_worked_after_the_connection_went(self, team: Team) -> None:
        place, world = team.place, team.place.world
        team.connect()
        [(name, principal)] = start_jobs(team, 1).items()
        team.delete_connection()
        place.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        place.delete_job(name)
        place.wait_gone(name)
        assert [job for job in world.jobs(principal) if not job.is_deleted] == []

    def test_is_blocked_where_nothing_ever_worked_until_it_is_abandoned(self, team: Team) -> None:
        place, world = team.place, team.place.world
        principal = team.make_principal()
        job = world.create_job(principal)
        team.apply_connection()
        team.wait_broken("SecretUnreadable")
        name = place.apply_job(principal, deletionPolicy="Delete")
        place.cluster.patch(
            "entrasync.io/v1alpha1",
            "synchronizationjobs",
            name,
            team.namespace,
            merge={
                "metadata": {
                    "finalizers": ["entrasync.io/job"],
                    "annotations": {"entrasync.io/job-id": job.id, "entrasync.io/job-origin": "Created"},
                }
            },
        )
        place.delete_job(name)
        message = place.wait_stalled(name, "DeletionBlocked")
        assert f"GraphConnection {team.namespace}/default is not ready (SecretUnreadable)" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        place.annotate(name, abandon="true")
        place.wait_gone(name)
        assert place.calls(principal) == []

    def test_needs_no_connection_to_retain_its_job(self, team: Team) -> None:
        place, world = team.place, team.place.world
        team.apply_secret(is_watched=True)
        team.wait_connected(team.apply_connection())
        principal = team.make_principal()
        name = place.apply_job(principal, deletionPolicy="Retain", pollInterval="30s")
        place.wait_ready(name)
        team.delete_secret()
        team.delete_connection()
        place.delete_job(name)
        place.wait_gone(name)
        assert len([job for job in world.jobs(principal) if not job.is_deleted]) == 1
