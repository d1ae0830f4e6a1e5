"""The command `python -m demo`, which exits with 0, with 1 and the reason, or with 130 after an interrupt."""

import sys
import time

from demo.interrupts import Interrupts

EXIT_INTERRUPTED = 130


def main() -> int:
    """Run the demo and return the exit code."""
    began = time.monotonic()
    with Interrupts() as interrupts:
        try:
            # Imported here because it takes half a second, and Ctrl-C must end the demo cleanly in that time too.
            from demo.run import run_demo

            return run_demo(began, interrupts)
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
