"""`kubectl entrasync`, also `python -m kubectl_entrasync`."""

import os
import sys
from importlib.util import find_spec

_EXTRA = "typer", "rich", "kubernetes", "azure", "jinja2", "cel_expr_python"
"""What only the extra `kubectl` installs. The image of the operator has none of it."""


_INTERRUPTED = 130
"""The exit code after Ctrl-C while the packages are loaded, which takes a moment."""


def main() -> None:
    """Carry out the command line."""
    try:
        _check_packages()
        _run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _check_packages() -> None:
    if missing := [name for name in _EXTRA if find_spec(name) is None]:
        print(  # noqa: T201  # the console is one of the packages that are missing
            f"Error: kubectl entrasync needs packages that are not installed: {', '.join(missing)}. Install it with: "
            'pipx install "entra-sync-operator[kubectl]"',
            file=sys.stderr,
        )
        sys.exit(2)


def _run() -> None:
    # Not before the packages are known to be there.
    from kubectl_entrasync.cli.app import app
    from kubectl_entrasync.failure import ExitCode, Failure, explain_fault
    from kubectl_entrasync.output.console import write_error

    try:
        app(prog_name="kubectl entrasync")
    except Failure as failure:
        write_error(str(failure))
        sys.exit(ExitCode.NOT_DONE)
    except Exception as fault:
        if os.environ.get("ENTRASYNC_TRACEBACK"):
            raise
        write_error(explain_fault(fault))
        sys.exit(ExitCode.NOT_DONE)


if __name__ == "__main__":
    main()
