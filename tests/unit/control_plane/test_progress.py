"""Checks what long steps print while they run."""

import io
import sys

import pytest

from control_plane import CommandFailedError, progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_progress_is_a_line_every_15_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("control_plane.progress.time.monotonic", lambda: now)
    seen = io.StringIO()
    step = progress.Step("Building", seen)
    for now in range(101, 141):  # noqa: B007  # the clock reads it
        step.tick()
    step.done()
    assert seen.getvalue().splitlines() == [
        "Building ...",
        "Building ... 15 s",
        "Building ... 30 s",
        "Building: done in 40 s",
    ]


def test_on_a_terminal_progress_stays_on_one_line() -> None:
    seen = Terminal()
    step = progress.Step("Building", seen)
    step.tick("3 MB")
    step.done()
    assert seen.getvalue().count("\n") == 1
    assert "Building ... 0 s, 3 MB" in seen.getvalue()


def test_a_failed_command_is_reported_with_the_end_of_its_output() -> None:
    code = "import sys; print('first'); sys.exit('no space left')"
    with pytest.raises(CommandFailedError, match=r"exit code 1[\s\S]*first[\s\S]*no space left"):
        progress.run_step("Building", [sys.executable, "-c", code])
