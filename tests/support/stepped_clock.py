"""An operator whose machine has a clock that tests set: a file has by how many seconds it is wrong.

Only this process is concerned. Its monotonic clocks are right, as those of a machine are whose clock is set.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from entrasync.graph.auth import certificates
from entrasync.process import cli, leadership, namespace_leases
from entrasync.process.clock import WorldClock
from tests.support.warm_start import ForkedProcess, fork

VARIABLE = "TESTS_CLOCK_FILE"
"""Names the file. While there is none, the clock is right."""


def fork_with_clock(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
    """Start an operator whose clock the file sets that its environment names."""
    return fork(run, arguments, environment, log=log)


def run(arguments: Sequence[str]) -> int:
    """Run the operator with such a clock."""
    file, read_right = Path(os.environ[VARIABLE]), time.time

    def read_wall() -> float:
        try:
            return read_right() + float(file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return read_right()

    _replace_clocks(read_wall)
    return cli.main(arguments)


def _replace_clocks(read_wall: Callable[[], float]) -> None:
    """Let all that reads the machine's time read another one."""

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Stepped":
            return cls.fromtimestamp(read_wall(), tz or UTC)

    time.time = read_wall
    assert WorldClock.__init__.__kwdefaults__ is not None
    WorldClock.__init__.__kwdefaults__["read_wall"] = read_wall
    for module in (certificates, leadership, namespace_leases):
        vars(module)["datetime"] = Stepped


def set_clock(file: Path, hours: float) -> None:
    """Set the clock of an operator so many hours wrong."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(hours * 3600), encoding="ascii")
    fresh.rename(file)
