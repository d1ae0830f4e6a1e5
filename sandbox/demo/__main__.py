"""`python -m demo`: exit code 0, or 1 with the reason, or 130 when it was interrupted before its end."""

import sys
import time

import httpx

from control_plane import ControlPlaneError
from demo.interrupts import Interrupts
from demo.scene import DemoError, set_scene
from demo.story import Story
from demo.teller import Teller
from graph_simulator.control import ControlError

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

KNOWN_FAULTS = (ControlPlaneError, ControlError, DemoError, httpx.HTTPError, OSError, RuntimeError)
"""What their messages say needs no traceback. RuntimeError: a process of ours was not ready in time."""


def main() -> int:
    """Tell the story and return the exit code."""
    began = time.monotonic()
    with Interrupts() as interrupts:
        try:
            return run(began, interrupts)
        except KeyboardInterrupt:
            return EXIT_INTERRUPTED
        except KNOWN_FAULTS as error:
            if interrupts.came:  # a terminal sends Ctrl-C to all our processes, and one was faster than we
                return EXIT_INTERRUPTED
            print(f"error: {error}", file=sys.stderr)
            return EXIT_FAILED


def run(began: float, interrupts: Interrupts) -> int:
    """Tell the story; on a terminal, go on until Ctrl-C."""
    with Teller(began) as teller, set_scene(teller, interrupts) as scene:
        story = Story(scene, teller)
        story.tell()
        if not teller.has_terminal:
            story.end()
            return 0
        try:
            story.go_on()
        except KeyboardInterrupt:
            teller.tell("Cleaning up.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
