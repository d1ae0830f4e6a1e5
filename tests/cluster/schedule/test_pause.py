"""A rest asked for by a hold or by an expiration: at once, on time, and over when it shall be."""

from datetime import timedelta

from tests.cluster.schedule.test_schedule import adopt
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until


def in_world_minutes(place: OperatorEnvironment, minutes: int) -> str:
    return f"{place.world.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


class TestAHold:
    def test_pauses_at_once_and_ends_by_itself_though_the_state_is_not_ours(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(swift_workplace, pollInterval="24h")
        over = in_world_minutes(swift_workplace, 60)
        swift_workplace.annotate(name, hold_until=over)
        held = swift_workplace.wait_condition(name, "Ready", reason="Paused")
        assert f"held until {over} by entrasync.io/hold-until" in condition(held, "Ready")["message"]
        assert held["status"]["pause"]["by"] == "Operator"
        assert held["status"]["effective"]["scheduleState"] == "Paused"
        swift_workplace.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert swift_workplace.world.job(job).schedule_state == "Active"
        swift_workplace.change_job(name, pollInterval="30s")
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == ["pauseJob", "startJob"]
        swift_workplace.wait_reasons(name, ["JobAdopted", "JobPaused", "JobStarted"])

    def test_that_is_taken_away_has_ended(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace, schedule={"state": "Active"})
        swift_workplace.annotate(name, hold_until=in_world_minutes(swift_workplace, 60 * 24))
        swift_workplace.wait_condition(name, "Ready", reason="Paused")
        swift_workplace.annotate(name, hold_until=None)
        swift_workplace.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert swift_workplace.world.job(job).schedule_state == "Active"
        assert swift_workplace.writes(principal) == ["pauseJob", "startJob"]

    def test_undoes_a_start_of_a_person(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace)
        swift_workplace.annotate(name, hold_until=in_world_minutes(swift_workplace, 60 * 24))
        swift_workplace.wait_condition(name, "Ready", reason="Paused")
        swift_workplace.world.act(job, "start")
        swift_workplace.wait_event(name, "DriftCorrected")
        swift_workplace.wait_polls(principal)
        assert swift_workplace.world.job(job).schedule_state == "Disabled"

    def test_of_a_job_in_quarantine_ends_with_a_start(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace)
        swift_workplace.world.quarantine(job, "EncounteredQuarantineException")
        swift_workplace.wait_condition(name, "Quarantined")
        swift_workplace.annotate(name, hold_until=in_world_minutes(swift_workplace, 60 * 24))
        swift_workplace.wait_event(name, "JobPaused")
        swift_workplace.annotate(name, hold_until=None)
        swift_workplace.wait_event(name, "JobStarted")
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal) == ["pauseJob", "startJob"]

    def test_that_outlives_the_operator_is_ended_by_the_next(self, own_workplace: OperatorEnvironment) -> None:
        _, name, job = adopt(own_workplace)
        over = own_workplace.world.now() + timedelta(minutes=2)
        own_workplace.annotate(name, hold_until=f"{over:%Y-%m-%dT%H:%M:%SZ}")
        own_workplace.wait_condition(name, "Ready", reason="Paused")
        own_workplace.kill_operator()
        until(lambda: own_workplace.world.now() > over, what="the time of the hold to pass")
        own_workplace.start_operator()
        own_workplace.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert own_workplace.world.job(job).schedule_state == "Active"

    def test_that_is_no_time_says_how_to_write_one_and_harms_nothing(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, _ = adopt(swift_workplace)
        swift_workplace.annotate(name, hold_until="tomorrow")
        told = swift_workplace.wait_event(name, "InvalidAnnotation")
        assert "'tomorrow', which is no time" in told["message"]
        assert "such as 2026-11-21T03:00:00Z" in told["message"]
        swift_workplace.wait_polls(principal)
        ready = condition(swift_workplace.job(name), "Ready")
        assert ready["status"] == "True"
        assert "'tomorrow', which is no time" in ready["message"]
        assert swift_workplace.writes(principal) == []
        swift_workplace.wait_told(name, "InvalidAnnotation", times=1)

    def test_that_has_passed_is_ignored(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, _ = adopt(swift_workplace)
        swift_workplace.annotate(name, hold_until=in_world_minutes(swift_workplace, -5))
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []

    def test_of_an_observed_job_is_only_said_to_be_due(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace, managementPolicy="Observe")
        swift_workplace.annotate(name, hold_until=in_world_minutes(swift_workplace, 60 * 24))
        drifted = condition(swift_workplace.wait_condition(name, "Drifted"), "Drifted")
        assert f"pause job {job}" in drifted["message"]
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []


class TestAnExpiration:
    def test_pauses_on_time_says_why_and_ends_when_it_is_put_off(self, swift_workplace: OperatorEnvironment) -> None:
        soon = in_world_minutes(swift_workplace, 40)
        schedule = {"state": "Active", "expiration": soon}
        principal, name, job = adopt(swift_workplace, pollInterval="24h", schedule=schedule)
        expired = swift_workplace.wait_condition(name, "Ready", reason="Paused")
        assert f"spec.schedule.expiration {soon} has passed" in condition(expired, "Ready")["message"]
        assert expired["status"]["pause"]["by"] == "Operator"
        later = in_world_minutes(swift_workplace, 60 * 24)
        swift_workplace.change_job(name, schedule=schedule | {"expiration": later})
        swift_workplace.wait_ready(name)
        assert swift_workplace.world.job(job).schedule_state == "Active"
        assert swift_workplace.writes(principal) == ["pauseJob", "startJob"]

    def test_of_an_adopted_job_is_ours_from_then_on(self, swift_workplace: OperatorEnvironment) -> None:
        """Before it the job is left alone: see the schedule's own tests."""
        past = in_world_minutes(swift_workplace, -60)
        principal, name, job = adopt(swift_workplace, schedule={"expiration": past})
        swift_workplace.wait_condition(name, "Ready", reason="Paused")
        swift_workplace.world.act(job, "start")
        swift_workplace.wait_event(name, "DriftCorrected")
        swift_workplace.wait_polls(principal)
        assert swift_workplace.world.job(job).schedule_state == "Disabled"

    def test_that_is_put_off_starts_again_an_adopted_job_that_ran_until_then(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        soon = in_world_minutes(swift_workplace, 40)
        principal, name, job = adopt(swift_workplace, pollInterval="24h", schedule={"expiration": soon})
        swift_workplace.wait_condition(name, "Ready", reason="Paused")
        swift_workplace.change_job(name, schedule={"expiration": in_world_minutes(swift_workplace, 60 * 24 * 9)})
        swift_workplace.wait(name, lambda found: "pause" not in found["status"], "the job runs again")
        assert swift_workplace.world.job(job).schedule_state == "Active"
        assert swift_workplace.writes(principal) == ["pauseJob", "startJob"]


def test_a_pause_that_is_no_longer_asked_for_says_so(swift_workplace: OperatorEnvironment) -> None:
    principal, name, _ = adopt(swift_workplace, schedule={"state": "Paused"})
    swift_workplace.wait_condition(name, "Ready", reason="Paused")
    swift_workplace.change_job(name, schedule=None)
    swift_workplace.wait(
        name,
        lambda found: "for a cause that no longer holds" in condition(found, "Ready")["message"],
        "Ready tells no withdrawn cause",
    )
    assert swift_workplace.writes(principal) == ["pauseJob"]
