"""`python -m demo`: exit code 0, or 1 with the reason, or 130 when it was interrupted before its end."""

import sys
import time

from demo.interrupts import Interrupts

EXIT_INTERRUPTED = 130


def main() -> int:
    """Tell the story and return the exit code."""
    began = time.monotonic()
    with Interrupts() as interrupts:
        try:
            # Here, not above: it takes half a second, and Ctrl-C in it is a good end too.
            from demo.run import perform

            return perform(began, interrupts)
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
