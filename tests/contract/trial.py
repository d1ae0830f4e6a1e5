"""The job that the contract is tried with: made on a service principal without jobs, and removed whatever happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.contract.graph import LONGEST_WAIT_SECONDS, PAUSE_SECONDS, ContractGraph, Reply, UnansweredError
from tests.contract.settings import Settings

LOOKS_FOR_LOST_JOBS = 12
TRIES_TO_REMOVE = 12
SETTLE_SECONDS = 15.0


class RefusedError(Exception):
    """The service principal is not one to try things on. The message says why, and what to do."""


class CheckFailedError(Exception):
    """Graph did something else than the simulator assumes. The message says what."""


@dataclass(frozen=True)
class Target:
    """A service principal that was looked at: the template of the job, and whether credentials are saved."""

    template: str
    has_credentials: bool


@dataclass
class Trial:
    """One job on a service principal, and what is known of it."""

    graph: ContractGraph
    settings: Settings
    target: Target
    jobs: list[str] = field(default_factory=list)
    """The jobs that were made, and not removed yet."""
    in_flight: str = ""
    """The template of a create whose answer has not come."""
    may_be_deleted: set[str] = field(default_factory=set)
    """The jobs whose deletion was sent and not answered."""
    saved_keys: tuple[str, ...] = ()
    """The keys of secrets that were saved, and not removed yet."""
    left: list[str] = field(default_factory=list)
    """What could not be removed, as sentences."""

    @property
    def job(self) -> str:
        """The path of the job."""
        return f"/jobs/{quote(self.jobs[0], safe='')}"

    def create(self, template: str) -> Reply:
        """Ask for a job; one that is made is removed in the end."""
        self.in_flight = template
        reply = self.graph.ask("POST", "/jobs", {"templateId": template})
        made = reply.document.get("id") if reply.is_success else None
        if isinstance(made, str):
            self.jobs.append(made)
        if isinstance(made, str) or 400 <= reply.status < 500:
            self.in_flight = ""
        return reply

    def read_until(self, path: str, is_reached: Callable[[Reply], object]) -> Reply:
        """Read until Graph shows something, for up to five minutes, and return the last answer."""
        waited = 0.0
        while not is_reached(reply := self.graph.ask("GET", path)) and waited < LONGEST_WAIT_SECONDS:
            self.graph.wait(PAUSE_SECONDS)
            waited += PAUSE_SECONDS
        return reply

    def settle(self) -> None:
        """Let some time pass after a change, so that what is read is no older state."""
        self.graph.wait(SETTLE_SECONDS)

    def remove(self) -> None:
        """Remove all that was made, also the job of a create that was not answered. It may be repeated."""
        for job in [*self.jobs, *self._find_lost_jobs()]:
            if failure := self.remove_job(job):
                self.left.append(f"The job {job} could not be removed: {failure} Remove it in the portal.")
                self.jobs = [other for other in self.jobs if other != job]
        self.in_flight = ""
        if self.saved_keys and (failure := self._remove_secrets()):
            self.left.append(f"The saved keys could not be removed: {failure} Remove them in the portal.")
        self.saved_keys = ()

    def remove_job(self, job: str) -> str:
        """Delete a job until Graph takes it, and return why it did not; empty if it did.

        404 says that it is gone only if a deletion before may have had an effect. Else Graph does not show it yet.
        """
        failure = ""
        for _ in range(TRIES_TO_REMOVE):
            reply = self._ask("DELETE", f"/jobs/{quote(job, safe='')}")
            if reply.is_success or (reply.status == 404 and job in self.may_be_deleted):
                self.jobs = [other for other in self.jobs if other != job]
                return ""
            failure = reply.message if not reply.status else f"Graph answered {reply.describe()}."
            if not reply.status or reply.status >= 500:
                self.may_be_deleted.add(job)
            elif reply.status != 404:
                break
            self.graph.wait(PAUSE_SECONDS)
        return failure

    def _remove_secrets(self) -> str:
        """Save empty values until Graph takes them and lists the keys no more, and return why it did not."""
        document = {"value": [{"key": key, "value": ""} for key in self.saved_keys]}
        failure = ""
        for _ in range(TRIES_TO_REMOVE):
            reply = self._ask("PUT", "/secrets", document)
            failure = reply.message if not reply.status else f"Graph answered {reply.describe()}."
            if reply.is_success:
                failure = "Graph lists them still."
                with suppress(RefusedError, UnansweredError):
                    if not set(self.saved_keys) & list_keys(self.graph):
                        return ""
            self.graph.wait(PAUSE_SECONDS)
        return failure

    def _ask(self, method: str, path: str, document: object = None) -> Reply:
        """Call Graph; no answer has the status 0, and the reason as its message."""
        try:
            return self.graph.ask(method, path, document)
        except UnansweredError as error:
            return Reply(0, message=str(error))

    def _find_lost_jobs(self) -> list[str]:
        """Find jobs of a create that was not answered: there was no job before, so one of its template is ours."""
        if not self.in_flight:
            return []
        for _ in range(LOOKS_FOR_LOST_JOBS):
            with suppress(RefusedError, UnansweredError):
                found = [job for job in list_jobs(self.graph) if job.startswith(f"{self.in_flight}.")]
                if lost := [job for job in found if job not in self.jobs]:
                    return lost
            self.graph.wait(PAUSE_SECONDS)
        self.left.append("A create was not answered, and no job has shown. If one appears, remove it in the portal.")
        return []


def inspect_target(graph: ContractGraph, settings: Settings) -> Target:
    """Look at the service principal, and change nothing.

    Raises:
        RefusedError: It has jobs, or no such template, or cannot be read.
    """
    if jobs := list_jobs(graph):
        text = f"The service principal has {len(jobs)} jobs. Name one without any: CONTRACT_SERVICE_PRINCIPAL_ID."
        raise RefusedError(text)
    offered = [str(item.get("id")) for item in _list(graph, "/templates")]
    wanted = [settings.template_id] if settings.template_id else offered
    if len(wanted) != 1 or wanted[0] not in offered:
        listed = ", ".join(offered) or "none"
        raise RefusedError(f"The service principal offers these templates: {listed}. Name one: CONTRACT_TEMPLATE_ID.")
    return Target(wanted[0], has_credentials=bool(list_keys(graph)))


def list_jobs(graph: ContractGraph) -> list[str]:
    """List the ids of the jobs."""
    return [str(item.get("id")) for item in _list(graph, "/jobs")]


def list_keys(graph: ContractGraph) -> set[str]:
    """List the keys of the saved secrets."""
    return {str(item.get("key")) for item in _list(graph, "/secrets")}


def _list(graph: ContractGraph, path: str) -> list[dict[str, object]]:
    reply = graph.ask("GET", path)
    items = reply.document.get("value")
    if not reply.is_success or not isinstance(items, list):
        raise RefusedError(
            f"Graph does not list {path.lstrip('/')} of the service principal: {reply.describe()}. The app needs the "
            "permission Synchronization.ReadWrite.All, and the id must be the object id of an enterprise application."
        )
    if "@odata.nextLink" in reply.document:
        raise RefusedError(f"The list of {path.lstrip('/')} has several pages. Use a service principal for tests.")
    return [item for item in items if isinstance(item, dict)]


@contextmanager
def removing(trial: Trial) -> Iterator[Trial]:
    """Remove what a trial has made at the end of the block, whatever ends it."""
    try:
        yield trial
    finally:
        try:
            trial.remove()
        except KeyboardInterrupt:  # after the first signal further ones are ignored
            trial.remove()
            raise
