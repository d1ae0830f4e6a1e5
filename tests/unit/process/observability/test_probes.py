"""The probes: when the kubelet shall restart the pod, and when nothing is reconciled."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

import pytest

from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.process.observability.background import Background
from entrasync.process.observability.probes import MAX_REFUSALS, Standing, find_death, find_unreadiness
from entrasync.reconcile.engine.worker_pool import WorkerPool


@dataclass
class State:
    """Stands for the engine, the client of jobs and the access to namespaces."""

    has_started: bool = True
    is_stopping: bool = False
    is_alive: bool = True
    is_stuck: bool = False
    refusals_in_a_row: int = 0
    is_all_refused: bool = False
    stands_by: bool = False
    lease_fault: str | None = None
    is_shut_out: bool = False
    absent_crds: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ("team-a", "team-b")

    def find_death(self, background: Background | None = None) -> str | None:
        return find_death([cast("WorkerPool", self)], background or Background())

    def find_unreadiness(self) -> str | None:
        return find_unreadiness(
            [cast("WorkerPool", self)],
            cast("JobClient", self),
            cast("NamespaceAccess", self),
            standing=Standing(self.stands_by, self.lease_fault, self.is_shut_out),
        )

    def count_refusals(self, *, besides: Callable[[str], bool]) -> int:
        return 0 if besides("any") else self.refusals_in_a_row

    def is_refused(self, _: str) -> bool:
        return False


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def break_down() -> None:
    raise RuntimeError("an unforeseen fault")


BEGINNING = State(has_started=False, is_alive=False)
ENDING = State(is_stopping=True, is_alive=False)
STANDBY = State(has_started=False, is_alive=False, stands_by=True)
PASSLESS = State(is_alive=False)


class TestLiveness:
    @pytest.mark.parametrize("state", [State(), BEGINNING, STANDBY, ENDING, State(refusals_in_a_row=99)])
    def test_holds_before_the_start_while_it_works_and_after_the_stop(self, state: State) -> None:
        assert state.find_death() is None

    def test_fails_when_passes_are_not_made_any_more(self) -> None:
        assert PASSLESS.find_death() == "passes are not made any more"

    def test_fails_when_a_cancelled_pass_does_not_end_while_others_are_made(self) -> None:
        state = State(is_stuck=True)
        assert state.find_death() == "a pass was cancelled at its deadline and does not end; the log names its resource"
        assert state.find_unreadiness() is None

    async def test_fails_when_a_background_task_has_ended_and_the_log_has_its_error(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        background = Background()
        background.start("patient", wait_for_ever())
        background.start("broken", break_down())
        assert State().find_death(background) is None
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert State().find_death(background) == "a task has died: broken"
        assert ENDING.find_death(background) is None
        assert "A task that should run for ever has ended: broken." in caplog.text
        assert "an unforeseen fault" in caplog.text
        await background.stop()
        assert background.ended == ["patient", "broken"]
        assert "patient" not in caplog.text


class TestReadiness:
    @pytest.mark.parametrize(
        ("state", "fault"),
        [
            (State(), None),
            (State(refusals_in_a_row=MAX_REFUSALS - 1), None),
            (BEGINNING, "the resources have not been read yet"),
            (ENDING, "the operator was told to stop"),
            (STANDBY, None),
            (replace(STANDBY, lease_fault="the Lease is refused"), "the Lease is refused"),
            (replace(BEGINNING, lease_fault="the Lease is refused"), "the Lease is refused"),
            (State(has_started=False, is_all_refused=True), "the API server refuses team-a, team-b; the log has why"),
            (
                State(absent_crds=("synchronizationjobs.entrasync.io",)),
                "the API server does not serve synchronizationjobs.entrasync.io; the log has what to do",
            ),
            (PASSLESS, "passes are not made any more"),
            (State(is_shut_out=True), "another install looks after all namespaces with resources; the log names it"),
            (State(refusals_in_a_row=7), "the API server took none of the last 7 writes; the log has its words"),
        ],
    )
    def test_says_in_a_sentence_why_it_fails(self, state: State, fault: str | None) -> None:
        assert state.find_unreadiness() == fault
