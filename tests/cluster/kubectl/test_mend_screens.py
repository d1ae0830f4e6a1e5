"""What `kubectl entrasync restart` and its like show on a terminal of 80 columns: each verb in its own words."""

from dataclasses import dataclass

import pytest

from entrasync.api.names import HELD_DELETIONS_APPROVED_ANNOTATION, HOLD_UNTIL_ANNOTATION, REQUEST_ANNOTATIONS
from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import HELD_DELETIONS, apply_job
from tests.support.operator_environment import OperatorEnvironment
from tests.support.plugin import Plugin

HELD = "Job {job} is in place and paused (held until {until} by entrasync.io/hold-until)."
RUNS = "Job {job} runs."


@dataclass(frozen=True)
class Screen:
    """A command, and what it says without its job: what was asked, how to follow it, and that it is done."""

    command: tuple[str, ...]
    asked: str
    follow: str
    done: str


SCREENS = [
    Screen(
        ("reconcile",),
        "The operator was asked to look at once. When it has, status.lastHandledReconcileAt is {token}.",
        "kubectl get syncjob {name} -n {namespace} -o jsonpath='{{.status.lastHandledReconcileAt}}'",
        RUNS,
    ),
    Screen(
        ("restart",),
        "The operator was asked to restart the job. status.restarts.request says what comes of it.",
        "kubectl get syncjob {name} -n {namespace} -o jsonpath='{{.status.restarts.request}}'",
        "Graph accepted the restart, which resets Watermark, Escrows, QuarantineState. The next cycle begins at once.",
    ),
    Screen(
        ("pause",),
        "The operator was asked to pause the job until further notice. `kubectl entrasync start {name} -n {namespace}` "
        "ends that.",
        "kubectl entrasync get {name} -n {namespace}",
        HELD.replace("{until}", "further notice"),
    ),
    Screen(
        ("hold", "--until", "2099-01-31T19:00:00+01:00"),
        "The operator was asked to pause the job until 2099-01-31 18:00:00 UTC. `kubectl entrasync start {name} -n "
        "{namespace}` ends that.",
        "kubectl entrasync get {name} -n {namespace}",
        HELD.replace("{until}", "2099-01-31T18:00:00Z"),
    ),
    Screen(
        ("start",),
        "The hold was taken away. The operator was asked to look at once.",
        "kubectl entrasync get {name} -n {namespace}",
        RUNS,
    ),
    Screen(
        ("approve-deletions", "--yes"),
        "The deletions of the quarantine that began at {episode} were approved. status.restarts.approval says what "
        "comes of it.",
        "kubectl get syncjob {name} -n {namespace} -o jsonpath='{{.status.restarts.approval}}'",
        "The deletions of the quarantine that began at {episode} are performed once.",
    ),
]


def read_answer(lines: list[str], name: str) -> tuple[str, list[str]]:
    """Return the word beside the name of a job, and the lines below it, which are indented."""
    place = next(number for number, line in enumerate(lines) if line.startswith(f"{name}  "))
    below = lines[place + 1 :]
    assert all(line.startswith("  ") for line in below), lines
    return lines[place].removeprefix(f"{name}  "), [line[2:] for line in below]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.command[0])
class TestScreen:
    def test_says_what_was_asked_and_how_to_follow_it(self, plugin: Plugin, own_jobs: Jobs, screen: Screen) -> None:
        annotations = {HOLD_UNTIL_ANNOTATION: "further-notice"}
        created = own_jobs.create({"metadata": {"name": "crm", "annotations": annotations}})
        own_jobs.change(created, {"status": HELD_DELETIONS})

        code, lines = plugin.run_on_terminal(*screen.command, "crm", "-n", own_jobs.namespace)

        word, below = read_answer(lines, "crm")
        token = own_jobs.read(created)["metadata"]["annotations"][REQUEST_ANNOTATIONS[0]]
        facts = {"name": "crm", "namespace": own_jobs.namespace, "token": token}
        assert (code, word) == (0, "Asked")
        assert " ".join(below[:-1]) == screen.asked.format(**facts, episode="2026-11-01T11:00:00Z")
        assert below[-1] == f"To follow it: {screen.follow.format(**facts)}"
        assert max(map(len, lines[:-1])) <= 80, "only what is to be copied may be longer"

    def test_says_what_the_operator_answered(
        self, plugin: Plugin, environment: OperatorEnvironment, screen: Screen
    ) -> None:
        _, name = apply_job(environment)
        prepare(environment, name, screen.command[0])

        code, lines = plugin.run_on_terminal(*screen.command, name, "--wait", "-n", environment.namespace)

        word, below = read_answer(lines, name)
        found = environment.job(name)
        episode = found["metadata"]["annotations"].get(HELD_DELETIONS_APPROVED_ANNOTATION)
        assert (code, word) == (0, "Done")
        assert " ".join(below) == screen.done.format(job=found["status"]["job"]["id"], episode=episode)
        assert max(map(len, lines)) <= 80


def prepare(environment: OperatorEnvironment, name: str, verb: str) -> None:
    """Bring a job into the state that a verb ends."""
    if verb == "start":
        environment.annotate(name, hold_until="further-notice")
        environment.wait_condition(name, "Ready", reason="Paused")
    if verb == "approve-deletions":
        environment.simulator.quarantine(environment.job(name)["status"]["job"]["id"], "TooManyDeletes")
        environment.wait_condition(name, "DeletionsHeld")
