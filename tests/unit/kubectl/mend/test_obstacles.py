"""What is known to be in vain is said before the operator is asked."""

from typing import Any

import pytest

from kubectl_entrasync.mend.answer import refused
from kubectl_entrasync.mend.deletions import ApproveDeletions
from kubectl_entrasync.mend.job import Job
from kubectl_entrasync.mend.reconcile import Reconcile
from kubectl_entrasync.mend.restart import Restart
from kubectl_entrasync.mend.schedule import Hold, Start
from kubectl_entrasync.mend.verb import Verb, find_obstacle
from tests.unit.kubectl.mend.documents import ACTIVE, PAUSED, conditions, job

ALL = (Reconcile(), Restart(), Hold(), Start(), ApproveDeletions())
WRITING = ALL[1:]
OBSERVED = {"effective": {"managementPolicy": "Observe"}}
BEGAN = "2026-11-01T11:00:00Z"
HELD = conditions(DeletionsHeld="Graph holds back deletions.") | {
    "synchronizationStatus": {"code": "Quarantine", "quarantine": {"reason": "TooManyDeletes", "seriesBegan": BEGAN}}
}


def paused_by(author: str, reason: str = "somebody did") -> dict[str, Any]:
    return PAUSED | {"pause": {"by": author, "reason": reason}}


@pytest.mark.parametrize("verb", ALL, ids=lambda verb: type(verb).__name__)
class TestEveryRequest:
    def test_about_a_job_that_is_being_deleted_is_in_vain(self, verb: Verb) -> None:
        assert "is being deleted" in str(find_obstacle(verb, job(HELD, deleted=True)))

    def test_about_a_suspended_job_is_in_vain(self, verb: Verb) -> None:
        assert "Set spec.suspend to false first." in str(find_obstacle(verb, job(HELD, suspend=True)))


class TestObserve:
    @pytest.mark.parametrize("verb", WRITING, ids=lambda verb: type(verb).__name__)
    @pytest.mark.parametrize(
        "observed",
        [
            pytest.param(job(HELD, managementPolicy="Observe"), id="its spec says so"),
            pytest.param(job(HELD | OBSERVED), id="a default says so"),
        ],
    )
    def test_a_write_to_graph_is_in_vain(self, verb: Verb, observed: Job) -> None:
        assert "Set spec.managementPolicy to Manage first." in str(find_obstacle(verb, observed))

    def test_a_look_is_not_in_vain(self) -> None:
        assert find_obstacle(Reconcile(), job(OBSERVED)) is None

    def test_a_default_that_the_spec_overrules_does_not_count(self) -> None:
        assert find_obstacle(Restart(), job(OBSERVED, managementPolicy="Manage")) is None


class TestStart:
    @pytest.mark.parametrize(
        ("known", "words"),
        [
            (job(PAUSED, schedule={"state": "Paused"}), "spec.schedule.state is Paused"),
            (job(PAUSED, schedule={"expiration": "2026-01-01T00:00:00Z"}), "2026-01-01T00:00:00Z has passed"),
            (job(paused_by("Graph", "it is ill")), "Graph itself has paused the job: it is ill. Mend the cause, then "),
            (job(paused_by("Person")), "Set spec.schedule.state to Active, or start the job in the portal."),
        ],
    )
    def test_says_what_would_start_a_job_that_nobody_holds(self, known: Job, words: str) -> None:
        assert words in str(find_obstacle(Start(), known))

    @pytest.mark.parametrize(
        "known",
        [
            pytest.param(job(ACTIVE), id="it runs"),
            pytest.param(job(paused_by("Person"), schedule={"state": "Active"}), id="the operator undoes the pause"),
            pytest.param(job(PAUSED, schedule={"expiration": "9999-01-01T00:00:00Z"}), id="it expires later"),
            pytest.param(
                job(PAUSED, schedule={"state": "Paused"}, annotations={"entrasync.io/hold-until": "further-notice"}),
                id="a hold can be ended, whatever the spec says",
            ),
        ],
    )
    def test_is_worth_asking_for_otherwise(self, known: Job) -> None:
        assert find_obstacle(Start(), known) is None

    def test_of_a_hold_says_what_keeps_the_job_paused_afterwards(self) -> None:
        held = job(PAUSED, schedule={"state": "Paused"}, annotations={"entrasync.io/hold-until": "further-notice"})
        assert Start().say_asked(held, "token") == refused(
            "The hold was taken away. spec.schedule.state is Paused, so the job stays paused. Set it to Active to "
            "start the job."
        )


class TestApproval:
    def test_of_nothing_is_in_vain(self) -> None:
        assert "Graph holds back no deletions" in str(find_obstacle(ApproveDeletions(), job(ACTIVE)))

    def test_names_the_quarantine(self) -> None:
        assert ApproveDeletions().annotate(job(HELD), "token") == {
            "entrasync.io/held-deletions-approved": BEGAN,
            "entrasync.io/requested-at": "token",
        }

    @pytest.mark.parametrize(
        "known",
        [
            pytest.param({"token": BEGAN, "outcome": "Unknown"}, id="the last one"),
            pytest.param({"token": "2026-11-20T11:00:00Z", "earlierTokens": [BEGAN]}, id="an earlier one"),
        ],
    )
    def test_that_was_given_before_is_in_vain(self, known: dict[str, object]) -> None:
        again = job(HELD | {"restarts": {"approval": known}})
        assert find_obstacle(ApproveDeletions(), again) == "Graph holds back deletions."

    def test_of_a_quarantine_that_cannot_be_named_is_in_vain(self) -> None:
        nameless = {"synchronizationStatus": {"code": "Quarantine", "quarantine": {"reason": "TooManyDeletes"}}}
        assert find_obstacle(ApproveDeletions(), job(HELD | nameless)) == "Graph holds back deletions."
