"""The program `kubectl_complete-entrasync`, which kubectl asks for what may follow `kubectl entrasync`.

kubectl looks for it on the PATH (since 1.26), so that its own completion for bash, zsh and fish serves the plugin too.
"""

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from io import StringIO

_PROGRAM = "kubectl-entrasync"
_VARIABLE = "_KUBECTL_ENTRASYNC_COMPLETE"
_FILES_TOO, _NO_FILES = ":0", ":4"
"""The last line of an answer, as Cobra has it: whether the shell suggests files."""


def main() -> None:
    """Print what the last argument may become, a line for each with what it means, and whether it may be a file."""
    suggested = suggest(sys.argv[1:])
    sys.stdout.writelines(f"{line}\n" for line in [*suggested, _NO_FILES if suggested else _FILES_TOO])


def suggest(words: Sequence[str]) -> list[str]:
    """Return what the last of the words may become, in the form of fish, which is Cobra's: value, tab, meaning."""
    try:
        from typer.completion import completion_init  # type: ignore[attr-defined]  # there is no public way

        from kubectl_entrasync.cli.app import app
    except ImportError:  # where only the operator's own packages are installed
        return []
    *before, last = words or [""]
    completion_init()
    os.environ |= {
        _VARIABLE: "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": f"{shlex.join([_PROGRAM, *before])} {shlex.quote(last) if last else ''}",
    }
    with redirect_stdout(StringIO()) as answer, suppress(SystemExit):
        app(prog_name=_PROGRAM, complete_var=_VARIABLE)
    return answer.getvalue().strip().splitlines()
