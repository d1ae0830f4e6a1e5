"""Runs the tools of a release, and says what failed and what to do."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from release.errors import NotReleasableError

TAIL_LINES = 15


def run_tool(
    words: Sequence[str | Path], *, to: str, advice: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Run a tool to its end, and return what it printed on standard output.

    Args:
        words: The program and its arguments.
        to: What it is run for, as in "build the wheel".
        advice: A sentence that says what to do when it fails.
        cwd: The folder that it runs in.
        env: Its environment.

    Raises:
        NotReleasableError: It could not be started, or failed. The message has the end of its output.
    """
    try:
        done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotReleasableError(f"{words[0]}, needed to {to}, could not be started: {error}. {advice}") from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL_LINES:])
        raise NotReleasableError(
            f"{Path(words[0]).name} could not {to} (exit code {done.returncode}). {advice}\n{tail}"
        )
    return done.stdout
