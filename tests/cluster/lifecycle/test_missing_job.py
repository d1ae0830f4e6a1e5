"""A job that Graph does not show: hidden for a while, or gone."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition


def lose_job(place: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have a long settled job adopted, and delete it in the portal; returns service principal, resource and job."""
    principal = place.world.create_service_principal().id
    job = place.world.create_job(principal, started=True).id
    name = place.apply_job(principal, **({"pollInterval": "30s"} | spec))
    place.wait_ready(name)
    place.world.act(job, "delete")
    return principal, name, job


class TestAJobThatHasGone:
    def test_is_made_anew_after_three_misses_over_five_minutes(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        principal, name, job = lose_job(place)
        missing = place.wait_condition(name, "Ready", "Unknown", reason="JobMissing")
        assert f"Graph does not show job {job}" in condition(missing, "Ready")["message"]
        assert condition(missing, "Reconciling")["reason"] == "JobMissing"
        found = place.wait_ready(name)
        [fresh] = place.world.jobs(principal)
        assert fresh.id != job
        assert found["status"]["job"]["id"] == fresh.id
        assert found["status"]["origin"] == "Created"
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == fresh.id
        assert fresh.starts == 1
        [create] = place.world.journal(operation="createJob", service_principal=principal)
        looks = place.world.journal(operation="getJob", service_principal=principal)
        misses = [look for look in looks if look.status == 404 and look.sequence < create.sequence]
        assert len(misses) >= 3
        assert misses[-1].world_time - misses[0].world_time >= timedelta(minutes=5) - timedelta(seconds=15)

    @pytest.mark.parametrize(
        ("spec", "why"),
        [
            ({"onMissing": "Report"}, "spec.onMissing is Report"),
            ({"adoptionPolicy": "AdoptOnly"}, "spec.adoptionPolicy is AdoptOnly"),
        ],
    )
    def test_is_only_told_where_the_spec_says_so(
        self, swift_workplace: OperatorEnvironment, spec: dict[str, str], why: str
    ) -> None:
        principal, name, job = lose_job(swift_workplace, **spec)
        message = swift_workplace.wait_stalled(name, "JobGone")
        assert f"Job {job} has gone" in message
        assert why in message
        assert "Delete the resource, or change that field" in message
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []
        swift_workplace.wait_told(name, "JobGone", times=1)

    def test_is_only_told_where_the_spec_names_it(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        principal = place.world.create_service_principal().id
        job = place.world.create_job(principal, started=True).id
        name = place.apply_job(principal, jobId=job)
        place.wait_ready(name)
        place.world.act(job, "delete")
        message = place.wait_stalled(name, "JobGone")
        assert "spec.jobId names it" in message
        assert "delete the resource, and apply it with another id or without one" in message
        assert "change that field" not in message
        assert place.writes(principal) == []

    def test_is_made_anew_once_the_spec_allows_it(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, _ = lose_job(swift_workplace, onMissing="Report")
        swift_workplace.wait_stalled(name, "JobGone")
        swift_workplace.change_job(name, onMissing="Recreate")
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal) == ["createJob", "startJob"]


class TestAJobThatIsHidden:
    def test_for_14_minutes_after_its_creation_is_not_made_twice(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        veil = {"seconds": 14 * 60, "hides": ["list", "get"]}
        principal = place.world.create_service_principal(creation=veil).id
        name = place.apply_job(principal, pollInterval="30s")
        place.wait_condition(name, "Reconciling")
        place.wait_ready(name)
        [job] = place.world.jobs(principal)
        made = place.world.journal(operation="createJob", service_principal=principal)
        assert len(made) == 1
        assert place.world.now() - made[0].world_time >= timedelta(minutes=14)
        assert job.starts == 1

    def test_for_4_minutes_though_long_settled_is_not_made_twice(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        principal = place.world.create_service_principal().id
        job = place.world.create_job(principal, started=True).id
        name = place.apply_job(principal, pollInterval="30s")
        place.wait_ready(name)
        place.world.hide(job, seconds=4 * 60)
        place.wait_condition(name, "Ready", "Unknown", reason="JobMissing")
        assert place.wait_ready(name)["status"]["job"]["id"] == job
        assert place.writes(principal) == []

    def test_by_a_refusal_does_not_count_as_gone(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        principal, name, job = lose_job(place)
        place.world.fault(
            "answer",
            operation="getJob",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            times=None,
        )
        place.wait_condition(name, "Stalled", reason="PermissionMissing")
        began = place.world.now()
        while place.world.now() - began < timedelta(minutes=6):
            place.wait_polls(principal)
        assert place.job(name)["status"]["job"]["id"] == job
        assert place.writes(principal) == []
