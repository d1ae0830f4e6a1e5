"""Runs the demo once, from starting the first process to stopping the last."""

import sys

import httpx

from control_plane import ControlPlaneError
from demo.console import DemoConsole
from demo.environment import DemoError, set_up_environment
from demo.interrupts import Interrupts
from demo.scenario import Scenario
from graph_simulator.control_client.client import ControlError

EXPECTED_ERRORS = (ControlPlaneError, ControlError, DemoError, httpx.HTTPError, OSError, RuntimeError)
"""Errors whose message is enough without a traceback. RuntimeError means that a process was not ready in time."""


def run_demo(began: float, interrupts: Interrupts) -> int:
    """Run the demo and return the exit code.

    Args:
        began: When the process started, as `time.monotonic` counts.
        interrupts: What turns signals into KeyboardInterrupt.

    Raises:
        KeyboardInterrupt: The demo was interrupted before its end.
    """
    try:
        return _run(began, interrupts)
    except EXPECTED_ERRORS as error:
        # A terminal sends Ctrl-C to all processes, and another one may end before this one has noticed it.
        if interrupts.was_interrupted:
            raise KeyboardInterrupt from error
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(began: float, interrupts: Interrupts) -> int:
    with DemoConsole(began) as console, set_up_environment(console, interrupts) as environment:
        scenario = Scenario(environment, console)
        scenario.run()
        scenario.print_fleet()
        if not console.has_terminal:
            scenario.print_result()
            return 0
        try:
            scenario.print_commands()
            scenario.watch()
        except KeyboardInterrupt:
            console.print_step("Cleaning up.")
        return 0
