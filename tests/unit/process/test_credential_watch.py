"""When a changed file of the operator connection's credential wakes the jobs that wait for it."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.process.credential_watch import (
    EXPIRY_WATCH_INTERVAL,
    RETRY_PAUSES,
    CredentialWatch,
    watch_expiries,
)
from tests.support.still_clock import StillClock


class Watched:
    """A watch of one file, and what it did."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "client-secret"
        self.file.write_text("wrong")
        self.accepted = "right"
        self.logins: list[str] = []
        self.wakes = 0
        self.is_waiting = True
        self.watch = CredentialWatch(
            [self.file], log_in=self.log_in, has_waiting=lambda: self.is_waiting, wake=self.wake
        )

    async def log_in(self) -> None:
        self.logins.append(self.file.read_text() if self.file.exists() else "absent")
        if self.logins[-1] != self.accepted:
            raise Halted(Stall(Reason.CREDENTIAL_REFUSED, "No."))

    def wake(self) -> None:
        self.wakes += 1
        self.is_waiting = False

    def replace(self, text: str) -> None:
        """Put another file in its place, as the kubelet does."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(self.file)


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


async def test_a_corrected_file_wakes_the_jobs_that_wait(watched: Watched) -> None:
    await watched.watch.look(0)
    watched.replace("right")
    await watched.watch.look(2)
    assert (watched.logins, watched.wakes) == (["right"], 1)


async def test_a_file_that_appears_wakes_the_jobs_that_wait(watched: Watched) -> None:
    watched.file.unlink()
    await watched.watch.look(0)
    watched.replace("right")
    await watched.watch.look(2)
    assert watched.wakes == 1


async def test_an_unchanged_file_costs_no_login(watched: Watched) -> None:
    for now in range(0, 600, 2):
        await watched.watch.look(now)
    assert watched.logins == []


async def test_a_changed_file_that_no_job_waits_for_costs_no_login(watched: Watched) -> None:
    watched.is_waiting = False
    watched.replace("right")
    for now in range(0, 600, 2):
        await watched.watch.look(now)
    assert watched.logins == []


async def test_a_job_that_is_refused_while_the_file_changes_is_woken_too(watched: Watched) -> None:
    watched.is_waiting = False
    watched.replace("right")
    await watched.watch.look(0)
    watched.is_waiting = True
    await watched.watch.look(6)
    assert watched.wakes == 1


async def test_a_secret_that_entra_does_not_know_yet_is_tried_again_for_minutes(watched: Watched) -> None:
    watched.replace("late")
    for now in range(0, 3600, 2):
        await watched.watch.look(now)
    assert watched.logins == ["late"] * (len(RETRY_PAUSES) + 1)
    assert watched.wakes == 0
    watched.accepted = "late"
    watched.replace("late")
    await watched.watch.look(3600)
    assert watched.wakes == 1


async def test_the_ends_of_credentials_are_looked_at_each_minute_by_the_clock_of_the_world() -> None:
    clock, looks, is_enough = StillClock(), list[datetime](), asyncio.Event()
    began = clock.now()

    async def look(now: datetime) -> None:
        looks.append(now)
        if len(looks) == 3:
            is_enough.set()

    watching = asyncio.create_task(watch_expiries(clock, look))
    await is_enough.wait()
    watching.cancel()
    assert looks[:3] == [began + EXPIRY_WATCH_INTERVAL * number for number in (1, 2, 3)]
