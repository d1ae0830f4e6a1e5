"""Waiting for the operator's answer, by what the API server shows one after the other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.mend.answer import Answer, Result
from kubectl_entrasync.mend.asking import wait
from kubectl_entrasync.mend.reconcile import Reconcile
from kubectl_entrasync.mend.restart import Restart
from kubectl_entrasync.mend.verb import Verb
from kubectl_entrasync.output.progress import Progress
from tests.unit.kubectl.mend.documents import ACTIVE, HANDLED, TOKEN, conditions, document

READY = conditions(Ready="Ready says so.")
WORKING = conditions(Ready="It works on it.", Reconciling="It works on it.")


class Shown:
    """Objects that change as they are told to."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        self.looks = looks
        self.seen = 0

    def follow(self, _: float, *, name: str | None) -> Iterator[list[dict[str, Any]]]:
        """Yield them one after the other, until the time is over."""
        del name
        for look in self.looks:
            self.seen += 1
            yield look


def named(name: str, uid: str, *parts: dict[str, Any]) -> dict[str, Any]:
    found = document(*parts)
    return found | {"metadata": found["metadata"] | {"name": name, "uid": uid}}


def answers(shown: Shown, verb: Verb, **uids: str) -> dict[str, Answer]:
    progress = Progress(None, "Waiting", total=len(uids))
    limit = timedelta(seconds=90)
    return wait(cast("Objects", shown), uids, verb, token=TOKEN, timeout=limit, progress=progress)


class TestWait:
    def test_ends_with_the_last_answer(self) -> None:
        crm, erp = named("crm", "1", READY, HANDLED), named("erp", "2", READY, HANDLED)
        shown = Shown([named("crm", "1"), named("erp", "2")], [crm, named("erp", "2")], [crm, erp], [crm, erp])
        found = answers(shown, Reconcile(), crm="1", erp="2")
        assert {name: answer.result for name, answer in found.items()} == {"crm": Result.DONE, "erp": Result.DONE}
        assert shown.seen == 3

    def test_of_nothing_asks_the_api_server_nothing(self) -> None:
        shown = Shown([named("crm", "1")])
        assert answers(shown, Reconcile()) == {}
        assert shown.seen == 0

    def test_that_nobody_answers_repeats_what_the_operator_said_last(self) -> None:
        late = answers(Shown([named("crm", "1", READY)]), Reconcile(), crm="1")["crm"]
        assert late.result is Result.LATE
        assert late.words.startswith("The operator has not answered within 1m30s.")
        assert late.words.endswith("Last it said: Ready says so.")

    def test_for_what_the_operator_works_on_says_that_it_goes_on(self) -> None:
        late = answers(Shown([named("crm", "1", WORKING, HANDLED, ACTIVE)]), Restart(), crm="1")["crm"]
        assert (late.result, late.words) == (
            Result.LATE,
            "The operator has not done it within 1m30s, and goes on. It says: It works on it.",
        )

    def test_for_a_resource_that_is_gone_ends(self) -> None:
        gone = answers(Shown([named("crm", "1")], []), Reconcile(), crm="1")["crm"]
        assert (gone.result, "deleted before" in gone.words) == (Result.REFUSED, True)

    def test_is_not_answered_by_another_resource_of_the_same_name(self) -> None:
        again = answers(Shown([named("crm", "2", READY, HANDLED)]), Reconcile(), crm="1")["crm"]
        assert again.result is Result.REFUSED
