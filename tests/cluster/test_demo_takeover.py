"""The commands that the demo prints take over the jobs made in the portal of its tenant, as a new user runs them."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from demo.console import DemoConsole
from demo.environment import DemoEnvironment, set_up_environment
from demo.interrupts import Interrupts
from demo.portal_jobs import PORTAL_JOBS
from demo.scenario import Scenario
from local_stack import ObservedJob
from tests.support.page_shell import run_page_command
from tests.support.simulator_client import JobView, SimulatorClient

pytestmark = pytest.mark.usefixtures("binaries")

ILL_JOB = "contoso-zoom"
TAKEN_JOBS = ["contoso-box", "contoso-servicenow", "contoso-slack", ILL_JOB]


@pytest.fixture
def environment(capsys: pytest.CaptureFixture[str]) -> Iterator[DemoEnvironment]:
    """The demo as it is when it has printed its commands, which `capsys` then holds."""
    with DemoConsole(began=0) as console, set_up_environment(console, Interrupts()) as environment:
        scenario = Scenario(environment, console)
        scenario.apply_examples()
        scenario.print_commands()
        yield environment


class Terminal:
    """Runs the commands that were printed, in their order, each after all exports before it."""

    def __init__(self, printed: str, folder: Path) -> None:
        _, _, block = printed.partition("Explore it in another terminal:\n")
        self._lines = [line.strip() for line in block.splitlines() if line.startswith("  ") and "#" not in line]
        self._folder = folder

    def run(self, words: str) -> tuple[int, str]:
        """Run the next printed command with these words. Returns its exit code and all that it printed."""
        place = next(number for number, line in enumerate(self._lines) if words in line)
        exports = [line for line in self._lines[:place] if line.startswith("export ")]
        script = "; ".join([*exports, self._lines[place]])
        self._lines = [*exports, *self._lines[place + 1 :]]
        done = run_page_command(script, folder=self._folder, environment=make_clean_variables())
        return done.returncode, done.stdout + done.stderr


def make_clean_variables() -> Mapping[str, str]:
    """Make the variables of a person who has logged in nowhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "KUBECONFIG"))}


def jobs_of_portal(simulator: SimulatorClient) -> list[JobView]:
    return [job for job in simulator.jobs() if job.template_id in {each.template for each in PORTAL_JOBS}]


def writes_to(simulator: SimulatorClient, jobs: list[JobView]) -> list[str]:
    principals = {job.service_principal_id for job in jobs}
    sent = [entry for entry in simulator.journal() if entry.service_principal in principals and entry.method != "GET"]
    return [entry.operation for entry in sent]


def taken_jobs(environment: DemoEnvironment) -> dict[str, ObservedJob]:
    return {job.name: job for job in environment.list_jobs() if job.name in TAKEN_JOBS}


def health_of_taken_jobs(screen: str) -> dict[str, str]:
    rows = [line.split() for line in screen.splitlines()]
    return {row[0]: row[1] for row in rows if row and row[0] in TAKEN_JOBS}


def test_the_jobs_made_in_the_portal_are_taken_over_without_a_write_to_graph_and_the_ill_one_is_mended(
    environment: DemoEnvironment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    terminal, simulator = Terminal(capsys.readouterr().out, tmp_path), environment.simulator
    portal_jobs = jobs_of_portal(simulator)
    assert len(portal_jobs) == len(TAKEN_JOBS)

    code, screen = terminal.run(" import ")
    assert code == 0, screen
    assert "4 jobs in identity: 4 written." in screen
    for words in (" apply ", " wait "):
        code, screen = terminal.run(words)
        assert code == 0, screen

    taken = taken_jobs(environment)
    assert sorted(job.status["job"]["id"] for job in taken.values()) == sorted(job.id for job in portal_jobs)
    assert [name for name in TAKEN_JOBS if not taken[name].is_ready] == [ILL_JOB]
    healths = dict.fromkeys(TAKEN_JOBS, "Healthy") | {"contoso-servicenow": "Paused"}
    code, screen = terminal.run(" get -n ")
    assert (code, health_of_taken_jobs(screen)) == (1, healths | {ILL_JOB: "Quarantined"})

    code, screen = terminal.run(" plan ")
    assert code == 0, screen
    assert "4 jobs: 4 unchanged. There is nothing to do in Graph." in screen
    assert writes_to(simulator, portal_jobs) == []

    for words in (" restart ", " wait "):
        code, screen = terminal.run(words)
        assert code == 0, screen
    assert all(job.is_ready for job in taken_jobs(environment).values())
    code, screen = terminal.run(" get -n ")
    assert (code, health_of_taken_jobs(screen)) == (0, healths)
    assert writes_to(simulator, portal_jobs) == ["restartJob"]
