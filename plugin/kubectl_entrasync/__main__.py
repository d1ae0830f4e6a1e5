"""`kubectl entrasync`, also `python -m kubectl_entrasync`."""

import sys

from kubectl_entrasync.cli.app import app
from kubectl_entrasync.failure import ExitCode, Failure
from kubectl_entrasync.output.console import write_error


def main() -> None:
    """Carry out the command line."""
    try:
        app(prog_name="kubectl entrasync")
    except Failure as failure:
        write_error(str(failure))
        sys.exit(ExitCode.NOT_DONE)


if __name__ == "__main__":
    main()
