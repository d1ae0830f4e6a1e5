"""One telling of the story, from the first process to the last, whatever happens."""

import sys

import httpx

from control_plane import ControlPlaneError
from demo.console import DemoConsole
from demo.environment import DemoError, set_up_environment
from demo.interrupts import Interrupts
from demo.scenario import Story
from graph_simulator.control_client.client import ControlError

KNOWN_FAULTS = (ControlPlaneError, ControlError, DemoError, httpx.HTTPError, OSError, RuntimeError)
"""Their messages need no traceback. RuntimeError: a process of ours was not ready in time."""


def perform(began: float, interrupts: Interrupts) -> int:
    """Tell the story and return the exit code. Raises KeyboardInterrupt when it was interrupted before its end."""
    try:
        return _perform(began, interrupts)
    except KNOWN_FAULTS as error:
        if interrupts.came:  # a terminal sends Ctrl-C to all our processes, and one was faster than we
            raise KeyboardInterrupt from error
        print(f"error: {error}", file=sys.stderr)
        return 1


def _perform(began: float, interrupts: Interrupts) -> int:
    with DemoConsole(began) as console, set_up_environment(console, interrupts) as environment:
        story = Story(environment, console)
        story.tell()
        if not console.has_terminal:
            story.end()
            return 0
        try:
            story.go_on()
        except KeyboardInterrupt:
            console.tell("Cleaning up.")
        return 0
