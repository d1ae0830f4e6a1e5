"""The interval that the spec names: it is requested once, and the actual one is shown."""

from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do
from entrasync.core.plan import forecast_writes, plan
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schedule.actions import AskInterval
from entrasync.core.schedule.interval import interval_conditions
from entrasync.core.status.job_status import build_status, record_observation
from tests.support.facts import JOB, NOW, PRINCIPAL, desired, facts, holder, remote_job

WISH = desired(interval="PT20M")
NEVER_SCHEDULED = "P10675199DT2H48M5.4775807S"


def every(interval: object) -> RemoteJob:
    return RemoteJob(JOB, {**remote_job().raw, "schedule": {"state": "Active", "interval": interval}})


def asked(interval: str, **more: str) -> dict[str, Any]:
    return {"interval": {"requested": interval, "time": "2026-11-01T00:00:00Z", **more}}


@pytest.mark.parametrize("shown", ["PT40M", "P1D", NEVER_SCHEDULED, None, 7, "odd"])
def test_another_interval_is_requested(shown: object) -> None:
    assert plan(facts(holder(wish=WISH), every(shown))) == Do(AskInterval(PRINCIPAL, JOB, "PT20M"))


@pytest.mark.parametrize(("wanted", "shown"), [("PT40M", "PT2400S"), ("P1D", "PT24H"), ("PT1H", "PT60M")])
def test_the_same_duration_in_another_notation_is_not_requested(wanted: str, shown: str) -> None:
    seen = facts(holder(wish=desired(interval=wanted)), every(shown))
    assert plan(seen) is None
    assert interval_conditions(seen) == []


def test_a_spec_without_an_interval_requests_nothing_and_has_no_condition() -> None:
    seen = facts(holder(status=asked("PT20M")), remote_job())
    assert plan(seen) is None
    assert interval_conditions(seen) == []
    assert "interval" not in record_observation(seen).record.write()


class TestRequestedInterval:
    @pytest.mark.parametrize("requested", ["PT20M", "PT1200S"])
    def test_a_requested_interval_is_not_requested_again(self, requested: str) -> None:
        assert plan(facts(holder(wish=WISH, status=asked(requested)), remote_job())) is None

    def test_another_value_is_requested_after_the_first(self) -> None:
        verdict = plan(facts(holder(wish=WISH, status=asked("PT10M")), remote_job()))
        assert verdict == Do(AskInterval(PRINCIPAL, JOB, "PT20M"))

    def test_the_condition_names_the_actual_interval_and_does_not_harm_ready(self) -> None:
        seen = facts(holder(wish=WISH, status=asked("PT20M")), remote_job())
        conditions = {entry["type"]: entry for entry in build_status(seen, None, wall=NOW).write()["conditions"]}
        reported = conditions[ConditionType.SCHEDULE_APPLIED]
        assert (reported["status"], reported["reason"]) == ("False", Reason.NOT_CONFIGURABLE)
        assert reported["message"] == (
            "Graph decides how often a job runs: this one every PT40M, not the PT20M of spec.schedule.interval."
        )
        assert conditions[ConditionType.READY]["status"] == "True"
        assert ConditionType.STALLED not in conditions

    def test_the_condition_has_graphs_answer_to_the_request(self) -> None:
        seen = facts(holder(wish=WISH, status=asked("PT20M", answer="403 Denied: No.")), remote_job())
        assert interval_conditions(seen)[0].message.endswith("(it answered 403 Denied: No.).")

    @pytest.mark.parametrize("shown", [NEVER_SCHEDULED, None, 7])
    def test_the_condition_says_that_graph_shows_no_interval(self, shown: object) -> None:
        seen = facts(holder(wish=WISH, status=asked("PT20M")), every(shown))
        assert "no interval that ever comes" in interval_conditions(seen)[0].message

    def test_an_interval_that_graph_accepted_needs_no_condition(self) -> None:
        assert interval_conditions(facts(holder(wish=WISH, status=asked("PT20M")), every("PT20M"))) == []

    @pytest.mark.parametrize("odd", [7, [], None, {"requested": 7}])
    def test_a_malformed_record_of_a_request_counts_as_none(self, odd: object) -> None:
        assert plan(facts(holder(wish=WISH, status={"interval": odd}), remote_job())) is not None

    def test_an_interval_is_requested_again_for_another_job(self) -> None:
        status = asked("PT20M") | {"job": {"id": "former"}}
        seen = facts(holder(wish=WISH, status=status).without_former_job(), remote_job())
        assert isinstance(plan(seen), Do)


class TestIntervalOfObserver:
    WISH = desired(interval="PT20M", management_policy=ManagementPolicy.OBSERVE)

    def test_another_interval_is_no_drift_for_an_observer(self) -> None:
        seen = facts(holder(wish=self.WISH), remote_job())
        assert plan(seen) is None
        assert forecast_writes(seen) == ()

    def test_the_condition_of_an_observer_names_the_actual_interval(self) -> None:
        [reported] = interval_conditions(facts(holder(wish=self.WISH), remote_job()))
        assert (reported.status, reported.reason) == ("False", Reason.NOT_CONFIGURABLE)
        assert reported.message == (
            "Graph decides how often a job runs: this one every PT40M, not the PT20M of spec.schedule.interval "
            "(it was not asked, for managementPolicy is Observe)."
        )

    def test_the_condition_of_an_observer_has_the_answer_from_before(self) -> None:
        status = asked("PT20M", answer="400 Denied: No.")
        [reported] = interval_conditions(facts(holder(wish=self.WISH, status=status), remote_job()))
        assert reported.message.endswith("(it answered 400 Denied: No.).")
