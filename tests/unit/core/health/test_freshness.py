"""The condition Overdue, and what spec.readiness counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import Readiness
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Stall
from entrasync.core.facts.facts import Facts
from entrasync.core.health.freshness import overdue_at, overdue_conditions
from entrasync.core.plan import plan
from entrasync.core.polling import until_next_deadline
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.record.job_record import read_record
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schedule.state import pause_of
from entrasync.core.status.events import events_between
from entrasync.core.status.job_status import build_status
from tests.support.facts import NEVER, NOW, ago, desired, facts, holder, minutes, quarantined_job, remote_job

FRESH = desired(max_age=timedelta(hours=2))
DAY = ago(timedelta(days=1))


def run(ended: str, state: str = "Succeeded") -> dict[str, str]:
    return {"state": state, "timeEnded": ended}


def started(at: datetime) -> dict[str, str]:
    return {"lastStartTime": write_precise_time(at)}


def overdue(job: RemoteJob, status: dict[str, Any] | None = None, now: datetime = NOW) -> list[str]:
    reported = overdue_conditions(facts(holder(wish=FRESH, status=status), job, now=now))
    return [condition.message for condition in reported]


class TestOverdue:
    @pytest.mark.parametrize(
        ("why", "job", "status", "since"),
        [
            (
                "Graph's own word",
                remote_job(lastSuccessfulExecution=run(write_time(ago(minutes(90))))),
                {},
                minutes(90),
            ),
            ("a last run that succeeded", remote_job(lastExecution=run(write_time(ago(minutes(5))))), {}, minutes(5)),
            ("a last run that failed is none", remote_job(lastExecution=run(write_time(NOW), "Failed")), {}, NOW - DAY),
            ("before any success, our start", remote_job(), started(ago(minutes(7))), minutes(7)),
            (
                "our start after a long pause",
                remote_job(lastSuccessfulExecution=run(write_time(DAY))),
                started(ago(minutes(7))),
                minutes(7),
            ),
            (
                "a success after our start",
                remote_job(lastSuccessfulExecution=run(write_time(ago(minutes(7))))),
                started(DAY),
                minutes(7),
            ),
            ("before any start, when it became ours", remote_job(lastSuccessfulExecution=run(NEVER)), {}, NOW - DAY),
        ],
    )
    def test_overdue_is_counted_from_the_latest_success_or_start(
        self, why: str, job: RemoteJob, status: dict[str, Any], since: timedelta
    ) -> None:
        assert overdue_at(facts(holder(wish=FRESH, status=status), job)) == NOW - since + timedelta(hours=2), why

    def test_overdue_is_true_on_time_and_names_the_last_success(self) -> None:
        job = remote_job(lastSuccessfulExecution=run(write_time(NOW)))
        assert overdue(job, now=NOW + minutes(119)) == []
        [message] = overdue(job, now=NOW + minutes(120))
        assert "No run has succeeded for 2h" in message
        assert "the last success was at 2026-11-01 12:00 UTC" in message
        assert overdue(job, now=NOW + minutes(500)) == [message], "a message with an age is written at each poll"

    def test_overdue_of_a_job_that_never_succeeded_says_so(self) -> None:
        assert "none has succeeded yet" in overdue(remote_job(), started(ago(minutes(121))))[0]

    def test_overdue_is_absent_for_a_paused_job_an_unseen_job_and_without_a_limit(self) -> None:
        assert overdue(remote_job(state="Disabled")) == []
        assert overdue_conditions(facts(holder(), remote_job())) == []
        assert overdue_conditions(facts(holder(wish=FRESH))) == []

    @pytest.mark.parametrize("odd", [None, 7, [], {}, {"timeEnded": 7}])
    def test_a_malformed_execution_counts_as_none(self, odd: object) -> None:
        job = remote_job(lastSuccessfulExecution=odd, lastExecution=odd)
        assert len(overdue(job)) == 1

    def test_an_overdue_job_is_polled_when_it_is_due(self) -> None:
        job = remote_job(lastSuccessfulExecution=run(write_time(ago(minutes(119)))))
        assert until_next_deadline(facts(holder(wish=FRESH), job)) == minutes(1)

    def test_overdue_does_not_harm_ready_and_causes_one_event(self) -> None:
        before = concluded(facts(holder(wish=FRESH, status=started(NOW)), remote_job()))
        after = concluded(facts(holder(wish=FRESH), remote_job()))
        assert reported(after, ConditionType.READY) == ("True", Reason.HEALTHY)
        assert reported(after, ConditionType.OVERDUE) == ("True", Reason.NO_RECENT_SUCCESS)
        assert reasons_between(before, after) == [Reason.NO_RECENT_SUCCESS]
        assert reasons_between(after, after) == []


def concluded(seen: Facts) -> dict[str, Any]:
    verdict = plan(seen)
    assert verdict is None or isinstance(verdict, Stall)
    pause = pause_of(seen)
    return build_status(seen, verdict, wall=NOW).write() | {"pause": pause.write() if pause else None}


def reasons_between(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [event.reason for event in events_between(read_record(before), read_record(after), graph_was_read=True)]


def reported(status: dict[str, Any], kind: ConditionType) -> tuple[str, str] | None:
    entries = [entry for entry in status["conditions"] if entry["type"] == kind]
    return (entries[0]["status"], entries[0]["reason"]) if entries else None


class TestReadinessApplied:
    WISH = desired(readiness=Readiness.APPLIED)

    @pytest.mark.parametrize(
        ("job", "reason", "words"),
        [
            (quarantined_job(), Reason.APPLIED, "in quarantine"),
            (quarantined_job(tenant_actionable=False), Reason.APPLIED, "in quarantine"),
            (remote_job(code="NotConfigured"), Reason.APPLIED, "never authorised"),
            (remote_job(state="Disabled", escrowsPruned=True), Reason.PAUSED, "escrowsPruned"),
            (remote_job(), Reason.HEALTHY, "runs"),
        ],
    )
    def test_readiness_applied_leaves_health_out_of_ready_but_shows_it(
        self, job: RemoteJob, reason: str, words: str
    ) -> None:
        status = concluded(facts(holder(wish=self.WISH), job))
        assert reported(status, ConditionType.READY) == ("True", reason)
        assert words in status["conditions"][0]["message"]
        assert reported(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)
        assert reported(status, ConditionType.STALLED) is None
        assert reported(status, ConditionType.RECONCILING) is None

    def test_readiness_applied_still_reports_a_quarantine(self) -> None:
        status = concluded(facts(holder(wish=self.WISH), quarantined_job()))
        assert reported(status, ConditionType.QUARANTINED) == ("True", "EncounteredQuarantineException")

    def test_readiness_applied_still_reports_a_pause_by_graph_once(self) -> None:
        before = concluded(facts(holder(wish=self.WISH), remote_job()))
        after = concluded(facts(holder(wish=self.WISH), remote_job(state="Disabled", escrowsPruned=True)))
        assert reasons_between(before, after) == [Reason.PAUSED_BY_GRAPH]
        assert reasons_between(after, after) == []

    def test_readiness_healthy_reports_a_pause_by_graph_once_too(self) -> None:
        before = concluded(facts(holder(), remote_job()))
        after = concluded(facts(holder(), remote_job(state="Disabled", escrowsPruned=True)))
        assert reasons_between(before, after) == [Reason.PAUSED_BY_GRAPH]
        assert reported(after, ConditionType.STALLED) == ("True", Reason.PAUSED_BY_GRAPH)

    def test_readiness_applied_never_starts_a_job_in_quarantine(self) -> None:
        assert plan(facts(holder(wish=self.WISH), quarantined_job())) is None
