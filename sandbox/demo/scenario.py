"""The story, step by step."""

import os
import shlex
import shutil
import time
from collections.abc import Callable

import yaml

from demo.console import DemoConsole
from demo.environment import NAMESPACE, PROJECT, DemoEnvironment, DemoError
from demo.tenant import PASSWORD_EXPIRED, TOLD, read_next_cycle, write_examples
from local_stack import SeenJob

PATIENCE_SECONDS = 90.0
"""Longer than any step takes: a cycle begins every 40 s at the latest."""

BETWEEN_LOOKS = 0.1
PATIENT = "workday"
"""The job that goes into quarantine."""

Jobs = dict[str, SeenJob]


class Story:
    """What happens on a scene, and how it is told."""

    def __init__(self, environment: DemoEnvironment, console: DemoConsole) -> None:
        self._environment = environment
        self._console = console

    def tell(self) -> None:
        """Tell it from the first resource to the recovery. Raises DemoError when something does not come to pass."""
        self._apply()
        self._break_and_mend()

    def _apply(self) -> None:
        tell = self._console.tell
        self._environment.cluster.apply(write_examples(PROJECT / "examples"), NAMESPACE)
        applied = " ".join(f"-f examples/{name}.yaml" for name in TOLD)
        tell(f"kubectl apply {applied}: salesforce is to be created, zendesk to stand paused, workday to be adopted.")
        self._wait("all jobs are Ready", lambda jobs: all(job.is_ready for job in jobs.values()))
        tell(f"Ready after {self._console.seconds:.1f} s: two jobs were created in Graph, one started, one adopted.")

    def _break_and_mend(self) -> None:
        tell, world, job = self._console.tell, self._environment.world, self._environment.adopted
        world.script(job.id, PASSWORD_EXPIRED)
        tell(f"{PATIENT}: the last run left some entries out (EntryLevelErrors), which harms nobody: it is Ready.")
        tell(f"{PATIENT}: a password expires at the source, so the cycle of {read_next_cycle(job):%H:%M} will fail.")
        self._wait("salesforce has run", lambda jobs: jobs["salesforce"].last_execution.get("state") == "Succeeded")
        tell("salesforce: its first cycle has ended well, and is mirrored.")
        jobs = self._wait(f"{PATIENT} is quarantined", lambda jobs: not jobs[PATIENT].is_ready)
        tell(f"{PATIENT}: {jobs[PATIENT].condition('Quarantined').get('message', '')}")
        tell(
            f"{PATIENT}: the password is renewed. The operator waits for Graph's retry: a start would hide the illness."
        )
        self._wait(f"{PATIENT} has recovered", lambda jobs: jobs[PATIENT].is_ready)
        tell(f"{PATIENT}: Graph's own retry succeeded and lifted the quarantine. It is Ready again.")

    def end(self) -> None:
        """Write the final table and the full status of one job."""
        jobs = self._environment.look()
        self._console.print_table(jobs, self._environment.world.now())
        [patient] = [job for job in jobs if job.name == PATIENT]
        status = yaml.safe_dump({"status": dict(patient.status)}, sort_keys=False, width=120)
        self._console.write(f"\n$ kubectl get syncjob {PATIENT} -n {NAMESPACE} -o yaml\n...\n{status}")

    def go_on(self) -> None:
        """Tell how to look for oneself, and show the jobs until an interrupt comes."""
        plane = self._environment.cluster.plane
        kubectl = "kubectl" if shutil.which("kubectl") else shlex.quote(os.fspath(plane.binaries["kubectl"]))
        command = f"KUBECONFIG={shlex.quote(os.fspath(plane.kubeconfig))} {kubectl}"
        self._console.tell("That is the story. It all goes on until Ctrl-C. Look for yourself in another terminal:")
        self._console.write(f"\n  {command} get syncjobs -n {NAMESPACE} -w")
        self._console.write(f"  {command} get syncjob {PATIENT} -n {NAMESPACE} -o yaml")
        while True:
            self._look()
            time.sleep(BETWEEN_LOOKS)

    def _wait(self, what: str, holds: Callable[[Jobs], bool]) -> Jobs:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(jobs := self._look()):
            if time.monotonic() > deadline:
                raise DemoError(f"Not within {PATIENCE_SECONDS:.0f} s: {what}. {self._environment.last_words()}")
            time.sleep(BETWEEN_LOOKS)
        return jobs

    def _look(self) -> Jobs:
        jobs = self._environment.look()
        self._console.show(jobs, self._environment.world.now())
        return {job.name: job for job in jobs}
