"""A hundred existing jobs are adopted without a write to Graph."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment

TEMPLATES = ("scim", "zendesk", "dataBricks", "Azure2Azure", "salesforce")
PRINCIPALS = 20


def make_foreign_jobs(environment: OperatorEnvironment) -> dict[str, Any]:
    """Create one job per template and service principal: some run, some are paused, some are in quarantine."""
    jobs = {}
    for principal in environment.simulator.create_service_principals(PRINCIPALS, templates=TEMPLATES):
        for number, template in enumerate(TEMPLATES):
            job = environment.simulator.create_job(principal.id, template, started=number % 2 == 0)
            if template == "salesforce":
                environment.simulator.quarantine(job.id, "EncounteredQuarantineException")
            jobs[f"{template.lower()}-{principal.id[:8]}"] = job
    return jobs


def states(environment: OperatorEnvironment, jobs: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    seen = {job.id: job for job in environment.simulator.jobs()}
    return {name: (seen[job.id].schedule_state, seen[job.id].starts, seen[job.id].pauses) for name, job in jobs.items()}


def test_a_hundred_foreign_jobs_are_adopted_and_let_go_without_a_write_to_graph(
    own_environment: OperatorEnvironment,
) -> None:
    jobs = make_foreign_jobs(own_environment)
    before = states(own_environment, jobs)
    assert len(jobs) == 100

    for name, job in jobs.items():
        own_environment.apply_job(job.service_principal_id, name=name, template=job.template_id)
    for name, job in jobs.items():
        held = own_environment.wait(name, lambda found: found["status"].get("job"), "its job is mirrored")
        assert held["status"]["job"]["id"] == job.id
        assert held["status"]["origin"] == "Adopted"
    for name in jobs:
        own_environment.delete_job(name)
    for name in jobs:
        own_environment.wait_gone(name)

    journal = own_environment.simulator.journal()
    assert [each for each in journal if each.method != "GET" and each.service_principal] == []
    assert states(own_environment, jobs) == before
