"""What the operator has answered, by what the status of the job shows."""

from typing import Any

import pytest

from kubectl_entrasync.mend.answer import Result
from kubectl_entrasync.mend.deletions import ApproveDeletions
from kubectl_entrasync.mend.reconcile import Reconcile
from kubectl_entrasync.mend.restart import Restart
from kubectl_entrasync.mend.schedule import Hold, Start
from kubectl_entrasync.mend.verb import Verb
from tests.unit.kubectl.mend.documents import ACTIVE, BEFORE, HANDLED, PAUSED, TOKEN, conditions, job

BEGAN = "2026-11-01T11:00:00Z"
APPROVED = {"entrasync.io/held-deletions-approved": BEGAN}
READY = conditions(Ready="Ready says so.")
WORKING = conditions(Ready="Ready says so.", Reconciling="Ready says so.")


def restarted(outcome: str, token: str = TOKEN, channel: str = "request") -> dict[str, Any]:
    return {"restarts": {channel: {"token": token, "outcome": outcome}}}


def answer(verb: Verb, *parts: dict[str, Any], **others: Any) -> tuple[Result, str] | None:
    found = verb.judge(job(*parts, **others), TOKEN)
    return (found.result, found.words) if found else None


def result(verb: Verb, *parts: dict[str, Any], **others: Any) -> Result | None:
    found = answer(verb, *parts, **others)
    return found[0] if found else None


@pytest.mark.parametrize("verb", [Reconcile(), Restart(), Hold(), Start()], ids=lambda verb: type(verb).__name__)
class TestNoAnswerYet:
    def test_while_nothing_is_said(self, verb: Verb) -> None:
        assert answer(verb) is None

    @pytest.mark.parametrize("schedule", [ACTIVE, PAUSED])
    def test_while_the_status_answers_an_earlier_request(self, verb: Verb, schedule: dict[str, Any]) -> None:
        assert answer(verb, READY, schedule, {"lastHandledReconcileAt": BEFORE}) is None


class TestReconcile:
    def test_is_done_when_the_status_repeats_the_token(self) -> None:
        assert answer(Reconcile(), READY, HANDLED) == (Result.DONE, "Ready says so.")


class TestRestart:
    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            ("Restarted", Result.DONE),
            ("Unknown", Result.REFUSED),
            ("Recorded", Result.REFUSED),
            ("Sent", None),
        ],
    )
    def test_ends_with_the_outcome_of_its_token(self, outcome: str, expected: Result | None) -> None:
        assert result(Restart(), restarted(outcome)) is expected

    def test_is_not_answered_by_the_outcome_of_another_token(self) -> None:
        assert result(Restart(), restarted("Restarted", BEFORE)) is None

    def test_that_waits_for_a_paused_job_is_told_at_once(self) -> None:
        held = PAUSED | {"pause": {"by": "Operator", "reason": "held"}}
        assert answer(Restart(), WORKING, HANDLED, held) == (Result.REFUSED, "Ready says so.")

    def test_of_a_job_whose_start_does_not_show_yet_is_waited_for(self) -> None:
        starting = PAUSED | {"pause": {"by": "Operator", "reason": "held", "startSent": True}}
        assert result(Restart(), WORKING, HANDLED, starting) is None

    def test_of_a_job_that_graph_has_paused_is_waited_for(self) -> None:
        by_graph = PAUSED | {"pause": {"by": "Graph", "reason": "it is ill"}}
        assert result(Restart(), WORKING, HANDLED, by_graph) is None

    def test_that_waits_for_a_person_is_told_in_the_words_of_the_operator(self) -> None:
        stalled = conditions(Ready="Mend it.", Stalled="Mend it.")
        assert answer(Restart(), stalled, HANDLED, ACTIVE) == (Result.REFUSED, "Mend it.")

    def test_is_waited_for_while_the_operator_works_on_it(self) -> None:
        assert result(Restart(), WORKING, HANDLED, ACTIVE) is None


class TestHold:
    def test_is_done_when_graph_shows_the_job_paused(self) -> None:
        assert answer(Hold(), READY, HANDLED, PAUSED) == (Result.DONE, "Ready says so.")

    def test_is_waited_for_while_graph_does_not_show_it(self) -> None:
        assert result(Hold(), WORKING, HANDLED, ACTIVE) is None

    def test_that_the_operator_does_not_heed_is_told(self) -> None:
        assert answer(Hold(), READY, HANDLED, ACTIVE) == (Result.REFUSED, "Ready says so.")


class TestStart:
    def test_is_done_when_graph_schedules_the_job(self) -> None:
        assert answer(Start(), READY, HANDLED, ACTIVE) == (Result.DONE, "Ready says so.")

    def test_is_waited_for_while_graph_does_not_show_it(self) -> None:
        assert result(Start(), WORKING, HANDLED, PAUSED) is None

    def test_of_a_job_in_quarantine_tells_the_quarantine(self) -> None:
        ill = conditions(Ready="Ready says so.", Quarantined="It is ill.") | {
            "synchronizationStatus": {"code": "Quarantine"}
        }
        assert answer(Start(), ill, HANDLED, ACTIVE) == (Result.REFUSED, "It is ill.")

    def test_says_what_else_keeps_the_job_paused(self) -> None:
        found = answer(Start(), READY, HANDLED, PAUSED, schedule={"state": "Paused"})
        assert found is not None
        assert found[0] is Result.REFUSED
        assert "spec.schedule.state is Paused" in found[1]

    def test_of_a_job_that_stays_paused_for_a_cause_that_only_the_operator_knows_repeats_its_words(self) -> None:
        assert answer(Start(), READY, HANDLED, PAUSED) == (Result.REFUSED, "Ready says so.")


class TestApproval:
    HELD = conditions(Ready="Ready says so.", DeletionsHeld="They are held.")

    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [("Restarted", Result.DONE), ("Unknown", Result.REFUSED), ("Recorded", Result.REFUSED), ("Sent", None)],
    )
    def test_ends_with_the_outcome_of_its_quarantine(self, outcome: str, expected: Result | None) -> None:
        status = self.HELD | restarted(outcome, BEGAN, "approval")
        assert result(ApproveDeletions(), status, annotations=APPROVED) is expected

    def test_is_not_answered_by_the_outcome_of_another_quarantine(self) -> None:
        status = self.HELD | restarted("Restarted", "2026-10-01T11:00:00Z", "approval")
        assert result(ApproveDeletions(), status, annotations=APPROVED) is None

    def test_that_is_not_sent_is_told_in_the_words_of_the_condition(self) -> None:
        found = answer(ApproveDeletions(), self.HELD, HANDLED, annotations=APPROVED)
        assert found == (Result.REFUSED, "They are held.")

    def test_of_deletions_that_are_not_held_back_any_more_is_told(self) -> None:
        found = answer(ApproveDeletions(), READY, HANDLED, annotations=APPROVED)
        assert found == (Result.REFUSED, "Ready says so.")
