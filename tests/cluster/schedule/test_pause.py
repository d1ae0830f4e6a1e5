"""Pauses by a hold or an expiration: they begin and end on time."""

from datetime import timedelta

from tests.cluster.schedule.test_schedule import adopt
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until


def in_simulated_minutes(environment: OperatorEnvironment, minutes: int) -> str:
    return f"{environment.simulator.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


class TestHold:
    def test_a_hold_pauses_at_once_and_ends_by_itself_where_the_spec_names_no_state(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(fast_environment, pollInterval="24h")
        over = in_simulated_minutes(fast_environment, 60)
        fast_environment.annotate(name, hold_until=over)
        held = fast_environment.wait_condition(name, "Ready", reason="Paused")
        assert f"held until {over} by entrasync.io/hold-until" in condition(held, "Ready")["message"]
        assert held["status"]["pause"]["by"] == "Operator"
        assert held["status"]["effective"]["scheduleState"] == "Paused"
        fast_environment.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        fast_environment.change_job(name, pollInterval="30s")
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == ["pauseJob", "startJob"]
        fast_environment.wait_reasons(name, ["JobAdopted", "JobPaused", "JobStarted"])

    def test_a_hold_ends_when_its_annotation_is_removed(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment, schedule={"state": "Active"})
        fast_environment.annotate(name, hold_until=in_simulated_minutes(fast_environment, 60 * 24))
        fast_environment.wait_condition(name, "Ready", reason="Paused")
        fast_environment.annotate(name, hold_until=None)
        fast_environment.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        assert fast_environment.writes(principal) == ["pauseJob", "startJob"]

    def test_a_hold_undoes_a_start_by_a_person(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment)
        fast_environment.annotate(name, hold_until=in_simulated_minutes(fast_environment, 60 * 24))
        fast_environment.wait_condition(name, "Ready", reason="Paused")
        fast_environment.simulator.act(job, "start")
        fast_environment.wait_event(name, "DriftCorrected")
        fast_environment.wait_polls(principal)
        assert fast_environment.simulator.job(job).schedule_state == "Disabled"

    def test_a_hold_of_a_job_in_quarantine_ends_with_a_start(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment)
        fast_environment.simulator.quarantine(job, "EncounteredQuarantineException")
        fast_environment.wait_condition(name, "Quarantined")
        fast_environment.annotate(name, hold_until=in_simulated_minutes(fast_environment, 60 * 24))
        fast_environment.wait_event(name, "JobPaused")
        fast_environment.annotate(name, hold_until=None)
        fast_environment.wait_event(name, "JobStarted")
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal) == ["pauseJob", "startJob"]

    def test_a_hold_that_outlives_the_operator_is_ended_by_the_next_one(
        self, own_environment: OperatorEnvironment
    ) -> None:
        _, name, job = adopt(own_environment)
        over = own_environment.simulator.now() + timedelta(minutes=2)
        own_environment.annotate(name, hold_until=f"{over:%Y-%m-%dT%H:%M:%SZ}")
        own_environment.wait_condition(name, "Ready", reason="Paused")
        own_environment.kill_operator()
        until(lambda: own_environment.simulator.now() > over, what="the time of the hold to pass")
        own_environment.start_operator()
        own_environment.wait(name, lambda found: "pause" not in found["status"], "the hold has ended")
        assert own_environment.simulator.job(job).schedule_state == "Active"

    def test_a_hold_with_an_invalid_time_says_how_to_write_one_and_harms_nothing(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, _ = adopt(fast_environment)
        fast_environment.annotate(name, hold_until="tomorrow")
        reported = fast_environment.wait_event(name, "InvalidAnnotation")
        assert '"tomorrow", which is no time' in reported["message"]
        assert "such as 2026-11-21T03:00:00Z" in reported["message"]
        fast_environment.wait_polls(principal)
        ready = condition(fast_environment.job(name), "Ready")
        assert ready["status"] == "True"
        assert '"tomorrow", which is no time' in ready["message"]
        assert fast_environment.writes(principal) == []
        fast_environment.wait_events(name, "InvalidAnnotation", times=1)

    def test_a_hold_that_has_passed_is_ignored(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, _ = adopt(fast_environment)
        fast_environment.annotate(name, hold_until=in_simulated_minutes(fast_environment, -5))
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []

    def test_a_hold_of_an_observed_job_is_only_reported(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment, managementPolicy="Observe")
        fast_environment.annotate(name, hold_until=in_simulated_minutes(fast_environment, 60 * 24))
        drifted = condition(fast_environment.wait_condition(name, "Drifted"), "Drifted")
        assert f"pause job {job}" in drifted["message"]
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []


class TestExpiration:
    def test_an_expiration_pauses_on_time_with_its_reason_and_ends_when_it_is_postponed(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        soon = in_simulated_minutes(fast_environment, 40)
        schedule = {"state": "Active", "expiration": soon}
        principal, name, job = adopt(fast_environment, pollInterval="24h", schedule=schedule)
        expired = fast_environment.wait_condition(name, "Ready", reason="Paused")
        assert f"spec.schedule.expiration {soon} has passed" in condition(expired, "Ready")["message"]
        assert expired["status"]["pause"]["by"] == "Operator"
        later = in_simulated_minutes(fast_environment, 60 * 24)
        fast_environment.change_job(name, schedule=schedule | {"expiration": later})
        fast_environment.wait_ready(name)
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        assert fast_environment.writes(principal) == ["pauseJob", "startJob"]

    def test_a_pause_by_an_expiration_of_an_adopted_job_is_managed_from_then_on(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        """Before its expiration the job is left alone (see the tests of the schedule)."""
        past = in_simulated_minutes(fast_environment, -60)
        principal, name, job = adopt(fast_environment, schedule={"expiration": past})
        fast_environment.wait_condition(name, "Ready", reason="Paused")
        fast_environment.simulator.act(job, "start")
        fast_environment.wait_event(name, "DriftCorrected")
        fast_environment.wait_polls(principal)
        assert fast_environment.simulator.job(job).schedule_state == "Disabled"

    def test_a_postponed_expiration_starts_an_adopted_job_that_ran_until_then(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        soon = in_simulated_minutes(fast_environment, 40)
        principal, name, job = adopt(fast_environment, pollInterval="24h", schedule={"expiration": soon})
        fast_environment.wait_condition(name, "Ready", reason="Paused")
        fast_environment.change_job(name, schedule={"expiration": in_simulated_minutes(fast_environment, 60 * 24 * 9)})
        fast_environment.wait(name, lambda found: "pause" not in found["status"], "the job runs again")
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        assert fast_environment.writes(principal) == ["pauseJob", "startJob"]


def test_a_pause_that_the_spec_no_longer_names_reports_it(fast_environment: OperatorEnvironment) -> None:
    principal, name, _ = adopt(fast_environment, schedule={"state": "Paused"})
    fast_environment.wait_condition(name, "Ready", reason="Paused")
    fast_environment.change_job(name, schedule=None)
    fast_environment.wait(
        name,
        lambda found: "for a cause that no longer holds" in condition(found, "Ready")["message"],
        "Ready tells no withdrawn cause",
    )
    assert fast_environment.writes(principal) == ["pauseJob"]
