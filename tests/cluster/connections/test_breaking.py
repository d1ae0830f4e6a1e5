"""A connection that breaks: its jobs report it once, make no calls to Graph meanwhile, and recover by themselves."""

import pytest

from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.teams import Team

SECONDS = 5.0
"""At once, on a busy machine. A poll of connections comes after six minutes."""


def start_jobs(team: Team, count: int) -> dict[str, str]:
    """Create jobs that are polled twice a second and that do not change by themselves.

    Returns their service principals by name.
    """
    jobs = {}
    for principal in [team.make_principal() for _ in range(count)]:
        jobs[team.environment.apply_job(principal, pollInterval="30s", schedule={"state": "Paused"})] = principal
    for name in jobs:
        team.environment.wait_ready(name)
    team.environment.wait_polls(*jobs.values(), count=1)
    return jobs


def status_writes(environment: OperatorEnvironment, position: int) -> dict[str, int]:
    """Count the status writes to each job of a namespace since a position of the audit log."""
    writes = environment.cluster.plane.audit_log.writes(position, resource="synchronizationjobs")
    names = [
        write.name for write in writes if write.namespace == environment.namespace and write.subresource == "status"
    ]
    return {name: names.count(name) for name in names}


def shown_ready(team: Team) -> float:
    """Read the metric that says whether a team's connection works."""
    assert team.environment.operator is not None
    _, text = team.environment.operator.read("/metrics")
    [line] = [
        line
        for line in text.splitlines()
        if line.startswith("entrasync_connection_ready") and f'resource_namespace="{team.namespace}"' in line
    ]
    return float(line.split()[-1])


def wait_out_polls(shared_operator: SharedOperator) -> None:
    """Wait until jobs of another team were polled five times."""
    other = shared_operator.add_team()
    other.connect()
    other.environment.wait_polls(*start_jobs(other, 1).values(), count=5)
    other.environment.suspend_jobs()


@pytest.mark.parametrize("breach", ["the credential is refused during a pass", "the Secret is deleted"])
def test_a_connection_that_breaks_is_reported_by_its_jobs_once_and_works_again_when_corrected(
    shared_operator: SharedOperator, team: Team, breach: str
) -> None:
    environment, simulator = team.environment, team.environment.simulator
    team.apply_secret()
    team.wait_connected(team.apply_connection())
    jobs = start_jobs(team, 2)
    position = environment.cluster.plane.audit_log.position()
    if breach == "the Secret is deleted":
        team.delete_secret()
        reason = "SecretUnreadable"
    else:
        simulator.set_application(team.client, team.tenant, secrets=["canary~of-tomorrow"])
        simulator.revoke_tokens()
        reason = "CredentialRefused"
    message = team.wait_broken(reason, within_seconds=SECONDS)
    for name in jobs:
        found = environment.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        reported = condition(found, "Ready")["message"]
        assert reported == f"GraphConnection {team.namespace}/default is not ready ({reason}): {message}"
        assert condition(found, "Applied")["status"] == "True", "what was applied stays applied"
    for name in jobs:
        stalled = environment.wait_condition(name, "Stalled", "True", reason="ConnectionNotReady")
        assert condition(stalled, "Applied")["status"] == "True", "a minute later it still is"
    assert shown_ready(team) == 0
    quiet_since = simulator.journal()[-1].sequence
    wait_out_polls(shared_operator)
    asked = [simulator.journal(service_principal=principal, after=quiet_since) for principal in jobs.values()]
    assert asked == [[], []]
    assert status_writes(environment, position) == dict.fromkeys(jobs, 2), "once as waiting, once as stalled"
    if breach == "the Secret is deleted":
        team.apply_secret()
    else:
        team.apply_secret(client_secret="canary~of-tomorrow")
    team.wait_connected(within_seconds=SECONDS)
    for name in jobs:
        environment.wait_ready(name, within_seconds=SECONDS)
    assert shown_ready(team) == 1
    environment.suspend_jobs()


class TestJobDeletedWithoutConnection:
    def test_a_deleted_job_uses_the_last_working_credential_after_the_secret_is_deleted(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.apply_secret()
        team.wait_connected(team.apply_connection())
        [(name, principal)] = start_jobs(team, 1).items()
        team.delete_secret()
        team.wait_broken("SecretUnreadable")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert [job for job in simulator.jobs(principal) if not job.is_deleted] == []

    def test_a_deleted_job_uses_the_last_working_credential_after_the_connection_is_deleted(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.connect()
        [(name, principal)] = start_jobs(team, 1).items()
        team.delete_connection()
        environment.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert [job for job in simulator.jobs(principal) if not job.is_deleted] == []

    def test_a_deletion_is_blocked_where_no_credential_ever_worked_until_it_is_abandoned(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        principal = team.make_principal()
        job = simulator.create_job(principal)
        team.apply_connection()
        team.wait_broken("SecretUnreadable")
        name = environment.apply_job(principal, deletionPolicy="Delete")
        environment.cluster.patch(
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
        environment.delete_job(name)
        message = environment.wait_stalled(name, "DeletionBlocked")
        assert f"GraphConnection {team.namespace}/default is not ready (SecretUnreadable)" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        environment.annotate(name, abandon="true")
        environment.wait_gone(name)
        assert environment.calls(principal) == []

    def test_a_deletion_that_retains_its_job_needs_no_connection(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.apply_secret()
        team.wait_connected(team.apply_connection())
        principal = team.make_principal()
        name = environment.apply_job(principal, deletionPolicy="Retain", pollInterval="30s")
        environment.wait_ready(name)
        team.delete_secret()
        team.delete_connection()
        environment.delete_job(name)
        environment.wait_gone(name)
        assert len([job for job in simulator.jobs(principal) if not job.is_deleted]) == 1
