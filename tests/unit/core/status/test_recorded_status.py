"""What status records of a job."""

from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.core.status.job_status import record_observation
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    TENANT,
    ago,
    desired,
    facts,
    holder,
    operation,
    remote_job,
    resource,
    seconds,
)


class TestRecordedStatus:
    def test_the_status_records_the_identity_the_mirror_and_the_values_in_force(self) -> None:
        subject = resource(annotations={"entrasync.io/job-id": JOB, "entrasync.io/job-origin": "Created"})
        status = record_observation(facts(subject, remote_job())).record.write()
        assert status["tenantId"] == TENANT
        assert status["servicePrincipalId"] == PRINCIPAL
        assert (status["origin"], status["originTime"]) == ("Created", "2026-11-01T12:00:00Z")
        assert status["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Delete",
            "pollInterval": "5m",
            "scheduleState": "Active",
        }
        assert status["job"]["id"] == JOB
        assert status["synchronizationStatus"]["code"] == "Active"

    def test_unset_fields_of_an_adopted_job_are_resolved_differently(self) -> None:
        status = record_observation(facts(holder(origin="Adopted"), remote_job())).record.write()
        assert status["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Retain",
            "pollInterval": "5m",
        }

    def test_values_that_depend_on_the_origin_are_open_until_a_job_is_held(self) -> None:
        effective = record_observation(facts(resource())).record.write()["effective"]
        assert effective == {"managementPolicy": "Manage", "pollInterval": "5m"}
        wish = desired(deletion_policy=DeletionPolicy.DELETE)
        assert record_observation(facts(resource(wish))).record.write()["effective"]["deletionPolicy"] == "Delete"

    def test_set_fields_are_in_force_as_they_are(self) -> None:
        wish = desired(schedule_state=ScheduleState.PAUSED, deletion_policy=DeletionPolicy.PAUSE)
        effective = record_observation(facts(holder(wish=wish), remote_job())).record.write()["effective"]
        assert (effective["deletionPolicy"], effective["scheduleState"]) == ("Pause", "Paused")

    def test_neither_tenant_nor_service_principal_is_recorded_before_the_job_was_seen(self) -> None:
        """A resource from a backup may meet the wrong tenant first."""
        subject = resource(annotations={"entrasync.io/job-id": JOB})
        assert not {"tenantId", "servicePrincipalId"} & set(record_observation(facts(subject)).record.write())

    def test_a_job_that_was_seen_ends_the_operation(self) -> None:
        subject = resource(
            annotations={"entrasync.io/job-id": JOB}, status={"operation": operation(ago(seconds(2)), "x")}
        )
        assert "operation" not in record_observation(facts(subject, remote_job())).record.write()
        assert "operation" in record_observation(facts(subject)).record.write()

    def test_a_job_that_is_only_named_is_not_mirrored(self) -> None:
        status = record_observation(facts(resource(desired(job_id=JOB)), remote_job(template="other"))).record.write()
        assert "job" not in status

    def test_the_mirror_of_a_former_job_is_removed(self) -> None:
        subject = holder("new", status={"job": {"id": "old"}, "pause": {"by": "Graph", "reason": "x"}})
        status = record_observation(facts(subject, remote_job("new"))).record.write()
        assert status["job"]["id"] == "new"
        assert "pause" not in status
        assert status["originTime"] == "2026-11-01T12:00:00Z"
