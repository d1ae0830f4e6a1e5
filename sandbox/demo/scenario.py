"""The steps of the demo: jobs become Ready, one goes into quarantine, and it recovers."""

import time
from collections.abc import Callable

import yaml

from demo.commands import (
    find_kubectl,
    lead_to_tenant,
    list_cluster_commands,
    list_login_commands,
    list_mending_commands,
    list_takeover_commands,
)
from demo.console import DemoConsole
from demo.environment import NAMESPACE, PROJECT, DemoEnvironment, DemoError
from demo.portal_jobs import COMPANY
from demo.tenant import DEMO_EXAMPLES, PASSWORD_EXPIRED, read_next_cycle, write_examples
from local_stack import ObservedJob

STEP_TIMEOUT_SECONDS = 90.0
"""Real seconds after which a step has failed; no step takes so long, since a cycle begins at least every 40 s."""

POLL_INTERVAL_SECONDS = 0.1
FAILING_JOB = "workday"
"""The job that goes into quarantine."""

TAKEN_ILL_JOB = "contoso-zoom"
"""The job made in the portal that is in quarantine, by the name that `import` gives it."""

Jobs = dict[str, ObservedJob]


class Scenario:
    """Runs the steps in an environment and prints each on the console."""

    def __init__(self, environment: DemoEnvironment, console: DemoConsole) -> None:
        self._environment = environment
        self._console = console

    def run(self) -> None:
        """Run all steps, from applying the first resource to the recovery.

        Raises:
            DemoError: A step did not have its effect in time.
        """
        self.apply_examples()
        self._break_and_mend()

    def apply_examples(self) -> None:
        """Apply the examples, and wait until their jobs are Ready.

        Raises:
            DemoError: They were not in time.
        """
        step = self._console.print_step
        self._environment.cluster.apply(write_examples(PROJECT / "examples"), NAMESPACE)
        applied = " ".join(f"-f examples/{name}.yaml" for name in DEMO_EXAMPLES)
        step(
            f"kubectl apply {applied}: salesforce is created, zendesk is created and stays paused, workday is adopted."
        )
        self._wait("all jobs are Ready", lambda jobs: all(job.is_ready for job in jobs.values()))
        step(f"Ready after {self._console.seconds:.1f} s: two jobs were created in Graph, one started, one adopted.")

    def _break_and_mend(self) -> None:
        step, simulator, job = self._console.print_step, self._environment.simulator, self._environment.adopted
        simulator.script(job.id, PASSWORD_EXPIRED)
        step(
            f"{FAILING_JOB}: its last run skipped some entries (EntryLevelErrors), which is no reason not to be Ready."
        )
        step(
            f"{FAILING_JOB}: a password at the source expires, so the cycle at {read_next_cycle(job):%H:%M} will fail."
        )
        self._wait("salesforce has run", lambda jobs: jobs["salesforce"].last_execution.get("state") == "Succeeded")
        step("salesforce: its first cycle has succeeded, and the result is mirrored.")
        jobs = self._wait(f"{FAILING_JOB} is quarantined", lambda jobs: not jobs[FAILING_JOB].is_ready)
        step(f"{FAILING_JOB}: {jobs[FAILING_JOB].condition('Quarantined').get('message', '')}")
        step(
            f"{FAILING_JOB}: the password is renewed. The operator waits for Graph's retry, since a start would hide "
            "what went wrong."
        )
        self._wait(f"{FAILING_JOB} has recovered", lambda jobs: jobs[FAILING_JOB].is_ready)
        step(f"{FAILING_JOB}: Graph's own retry succeeded and lifted the quarantine. It is Ready again.")

    def print_fleet(self) -> None:
        """Print what the kubectl plugin shows of all jobs. Its ages count real time, and runs are simulated."""
        self._show_plugin(
            "get", "the kubectl plugin lists all jobs. SUCCESS is long ago because Graph's times are simulated."
        )
        self._show_plugin("status", "it says what to do about each ill job, and there is none any more.")

    def print_result(self) -> None:
        """Print the final table and the full status of one job."""
        jobs = self._environment.list_jobs()
        self._console.print_table(jobs, self._environment.simulator.now())
        [failing] = [job for job in jobs if job.name == FAILING_JOB]
        status = yaml.safe_dump({"status": dict(failing.status)}, sort_keys=False, width=120)
        self._console.write(f"\n$ kubectl get syncjob {FAILING_JOB} -n {NAMESPACE} -o yaml\n...\n{status}")

    def print_commands(self) -> None:
        """Print the commands with which another terminal explores the demo and takes over more jobs."""
        plane, simulator = self._environment.cluster.plane, self._environment.simulator
        kubectl, tenant = find_kubectl(plane), lead_to_tenant(simulator.connection, simulator.ca_path)
        self._console.print_step(
            "The demo is done, and everything keeps running until Ctrl-C. Explore it in another terminal:"
        )
        lines = [
            "",
            *list_cluster_commands(kubectl, plane.kubeconfig, namespace=NAMESPACE, job=FAILING_JOB),
            "",
            f"# Take over the jobs of {COMPANY}, which were made in the portal. Nothing of this writes to Graph:",
            *list_login_commands(simulator.connection),
            *list_takeover_commands(kubectl, tenant, namespace=NAMESPACE, company=COMPANY),
            "",
            f"# {TAKEN_ILL_JOB} is in quarantine. Its application answers again, but Graph would try only in a day:",
            *list_mending_commands(kubectl, NAMESPACE, TAKEN_ILL_JOB),
        ]
        for line in lines:
            self._console.write(f"  {line}".rstrip())

    def watch(self) -> None:
        """Show the jobs until KeyboardInterrupt."""
        while True:
            self._show_jobs()
            time.sleep(POLL_INTERVAL_SECONDS)

    def _show_plugin(self, command: str, meaning: str) -> None:
        shown = self._environment.run_plugin(command)
        self._console.print_step(f"kubectl entrasync {command}: {meaning}")
        self._console.write(f"\n$ kubectl entrasync {command} -n {NAMESPACE}\n{shown}\n")

    def _wait(self, what: str, holds: Callable[[Jobs], bool]) -> Jobs:
        deadline = time.monotonic() + STEP_TIMEOUT_SECONDS
        while not holds(jobs := self._show_jobs()):
            if time.monotonic() > deadline:
                raise DemoError(f"Not within {STEP_TIMEOUT_SECONDS:.0f} s: {what}. {self._environment.log_end()}")
            time.sleep(POLL_INTERVAL_SECONDS)
        return jobs

    def _show_jobs(self) -> Jobs:
        jobs = self._environment.list_jobs()
        self._console.show(jobs, self._environment.simulator.now())
        return {job.name: job for job in jobs}
