"""A job that Graph does not show: hidden for a while, or gone."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition


def lose_job(environment: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have an old job adopted, and delete it in the portal; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    name = environment.apply_job(principal, **({"pollInterval": "30s"} | spec))
    environment.wait_ready(name)
    environment.simulator.act(job, "delete")
    return principal, name, job


class TestDeletedJob:
    def test_a_deleted_job_is_created_again_after_three_misses_over_five_minutes(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        principal, name, job = lose_job(environment)
        missing = environment.wait_condition(name, "Ready", "Unknown", reason="JobMissing")
        assert f"Graph does not show job {job}" in condition(missing, "Ready")["message"]
        assert condition(missing, "Reconciling")["reason"] == "JobMissing"
        found = environment.wait_ready(name)
        [fresh] = environment.simulator.jobs(principal)
        assert fresh.id != job
        assert found["status"]["job"]["id"] == fresh.id
        assert found["status"]["origin"] == "Created"
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == fresh.id
        assert fresh.starts == 1
        [create] = environment.simulator.journal(operation="createJob", service_principal=principal)
        looks = environment.simulator.journal(operation="getJob", service_principal=principal)
        misses = [look for look in looks if look.status == 404 and look.sequence < create.sequence]
        assert len(misses) >= 3
        # The operator counts from just before a look, and 100 ms of a slow machine are a minute of this world.
        assert misses[-1].world_time - misses[0].world_time >= timedelta(minutes=5) / 2

    @pytest.mark.parametrize(
        ("spec", "why"),
        [
            ({"onMissing": "Report"}, "spec.onMissing is Report"),
            ({"adoptionPolicy": "AdoptOnly"}, "spec.adoptionPolicy is AdoptOnly"),
        ],
    )
    def test_a_deleted_job_is_only_reported_where_on_missing_is_report(
        self, fast_environment: OperatorEnvironment, spec: dict[str, str], why: str
    ) -> None:
        principal, name, job = lose_job(fast_environment, **spec)
        message = fast_environment.wait_stalled(name, "JobGone")
        assert f"Job {job} has gone" in message
        assert why in message
        assert "Delete the resource, or change that field" in message
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []
        fast_environment.wait_events(name, "JobGone", times=1)

    def test_a_deleted_job_is_only_reported_where_the_spec_names_it(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        name = environment.apply_job(principal, jobId=job)
        environment.wait_ready(name)
        environment.simulator.act(job, "delete")
        message = environment.wait_stalled(name, "JobGone")
        assert "spec.jobId names it" in message
        assert "delete the resource, and apply it with another id or without one" in message
        assert "change that field" not in message
        assert environment.writes(principal) == []

    def test_a_deleted_job_is_created_again_once_the_spec_allows_it(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, _ = lose_job(fast_environment, onMissing="Report")
        fast_environment.wait_stalled(name, "JobGone")
        fast_environment.change_job(name, onMissing="Recreate")
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal) == ["createJob", "startJob"]


class TestHiddenJob:
    def test_a_job_hidden_for_14_minutes_after_its_creation_is_not_created_twice(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        veil = {"seconds": 14 * 60, "hides": ["list", "get"]}
        principal = environment.simulator.create_service_principal(creation=veil).id
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_shown(name, "Reconciling")
        environment.wait_ready(name)
        [job] = environment.simulator.jobs(principal)
        made = environment.simulator.journal(operation="createJob", service_principal=principal)
        assert len(made) == 1
        assert environment.simulator.now() - made[0].world_time >= timedelta(minutes=14)
        assert job.starts == 1

    def test_an_old_job_hidden_for_4_minutes_is_not_created_twice(self, fast_environment: OperatorEnvironment) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_ready(name)
        environment.simulator.hide(job, seconds=4 * 60)
        environment.wait_condition(name, "Ready", "Unknown", reason="JobMissing")
        assert environment.wait_ready(name)["status"]["job"]["id"] == job
        assert environment.writes(principal) == []

    def test_a_job_hidden_by_a_refusal_does_not_count_as_gone(self, fast_environment: OperatorEnvironment) -> None:
        environment = fast_environment
        principal, name, job = lose_job(environment)
        environment.simulator.fault(
            "answer",
            operation="getJob",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            times=None,
        )
        environment.wait_condition(name, "Stalled", reason="PermissionMissing")
        began = environment.simulator.now()
        while environment.simulator.now() - began < timedelta(minutes=6):
            environment.wait_polls(principal)
        assert environment.job(name)["status"]["job"]["id"] == job
        assert environment.writes(principal) == []
