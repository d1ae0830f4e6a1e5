"""The clock of the process, and what happens when the machine's clock is set."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrasync.process.clock import WorldClock, notice_jump
from entrasync.process.lifecycle import look_anew
from entrasync.process.services import Services

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


class Machine:
    """A machine whose clocks a test moves: both go on together, and one can be set."""

    def __init__(self) -> None:
        self.wall, self.monotonic = NOON.timestamp(), 7.0
        self.clock = WorldClock(read_wall=lambda: self.wall, read_monotonic=lambda: self.monotonic)

    def go_on(self, seconds: float) -> None:
        self.wall, self.monotonic = self.wall + seconds, self.monotonic + seconds

    def set_clock(self, seconds: float) -> None:
        self.wall += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


class TestMachineClock:
    def test_the_world_time_goes_on_and_never_jumps_by_itself(self, machine: Machine) -> None:
        machine.go_on(60)
        machine.set_clock(-3600)
        assert machine.clock.now() == NOON + timedelta(seconds=60)
        assert machine.clock.uptime() == timedelta(seconds=60)

    @pytest.mark.parametrize("seconds", [-3600, 3600])
    def test_a_clock_that_was_set_is_followed_once(self, machine: Machine, seconds: float) -> None:
        machine.set_clock(seconds)
        assert machine.clock.follow_machine() == timedelta(seconds=seconds)
        assert machine.clock.now() == NOON + timedelta(seconds=seconds)
        assert machine.clock.follow_machine() == timedelta()
        assert machine.clock.uptime() == timedelta()

    def test_a_clock_that_is_a_little_ahead_or_behind_is_not_followed(self, machine: Machine) -> None:
        machine.set_clock(4)
        assert machine.clock.follow_machine() == timedelta()
        assert machine.clock.now() == NOON

    def test_a_set_clock_is_logged_and_has_the_world_looked_at_anew(
        self, machine: Machine, caplog: pytest.LogCaptureFixture
    ) -> None:
        looks: list[str] = []
        notice_jump(machine.clock, lambda: looks.append("anew"))
        machine.set_clock(-3600)
        notice_jump(machine.clock, lambda: looks.append("anew"))
        assert looks == ["anew"]
        assert "The machine's clock was set by -3600 s" in caplog.text


def test_a_look_anew_forgets_the_old_times_first_and_takes_connections_before_jobs() -> None:
    done: list[str] = []
    kinds = tuple(
        SimpleNamespace(kind=SimpleNamespace(informer=SimpleNamespace(enqueue_all=lambda name=name: done.append(name))))
        for name in ("connections", "jobs")
    )
    services = SimpleNamespace(forget_times=lambda: done.append("forget"), kinds=kinds)
    look_anew(cast("Services", cast("Any", services)))
    assert done == ["forget", "connections", "jobs"]
