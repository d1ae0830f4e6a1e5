"""Jobs that others made long ago, taken over by the hundred: Graph is only read."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment

TEMPLATES = ("scim", "zendesk", "dataBricks", "Azure2Azure", "salesforce")
PRINCIPALS = 20


def make_foreign_jobs(place: OperatorEnvironment) -> dict[str, Any]:
    """One job per template and service principal: some run, some rest, some are in quarantine."""
    jobs = {}
    for principal in place.world.create_service_principals(PRINCIPALS, templates=TEMPLATES):
        for number, template in enumerate(TEMPLATES):
            job = place.world.create_job(principal.id, template, started=number % 2 == 0)
            if template == "salesforce":
                place.world.quarantine(job.id, "EncounteredQuarantineException")
            jobs[f"{template.lower()}-{principal.id[:8]}"] = job
    return jobs


def states(place: OperatorEnvironment, jobs: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    seen = {job.id: job for job in place.world.jobs()}
    return {name: (seen[job.id].schedule_state, seen[job.id].starts, seen[job.id].pauses) for name, job in jobs.items()}


def test_a_hundred_foreign_jobs_are_adopted_and_let_go_without_a_write_to_graph(
    own_workplace: OperatorEnvironment,
) -> None:
    jobs = make_foreign_jobs(own_workplace)
    before = states(own_workplace, jobs)
    assert len(jobs) == 100

    for name, job in jobs.items():
        own_workplace.apply_job(job.service_principal_id, name=name, template=job.template_id)
    for name, job in jobs.items():
        held = own_workplace.wait(
            name, lambda found: found["status"].get("job"), "its job is mirrored", within_seconds=40
        )
        assert held["status"]["job"]["id"] == job.id
        assert held["status"]["origin"] == "Adopted"
    for name in jobs:
        own_workplace.delete_job(name)
    for name in jobs:
        own_workplace.wait_gone(name)

    journal = own_workplace.world.journal()
    assert [each for each in journal if each.method != "GET" and each.service_principal] == []
    assert states(own_workplace, jobs) == before
