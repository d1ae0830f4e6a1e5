"""A Graph in memory whose replicas lag, with several service principals, and people who change jobs at the portal."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import cast

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.decision.write_permit import WritePermit
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.stored_secrets import MASK, StoredSecret
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.facts import TENANT, remote_job
from tests.support.fake_graph import PermittedGraph
from tests.support.graph_answers import DOWN, LOST, replicating
from tests.support.random_world.faults import Fault, Killed
from tests.support.random_world.replicated_schemas import ReplicatedSchemas
from tests.support.random_world.world_clock import WorldTime

MASKED = frozenset({"SecretToken", "Password"})
TEMPLATES = ("scim", "other")
WRITES = frozenset(
    {
        "create_job",
        "start_job",
        "pause_job",
        "delete_job",
        "restart_job",
        "patch_settings",
        "patch_interval",
        "put_secrets",
        "put_schema",
        "provision_on_demand",
    }
)


@dataclass
class GraphJob:
    """One job with all its versions, newest last; None is the version after its deletion."""

    id: str
    service_principal_id: str
    template_id: str
    is_of_operator: bool
    looks_like_operators: bool = False
    """Whether the operator could only take it for that of a create whose answer was lost."""
    versions: list[tuple[datetime, RemoteJob | None]] = field(default_factory=list)

    @property
    def newest(self) -> RemoteJob | None:
        return self.versions[-1][1]

    def seen_at(self, time: datetime) -> RemoteJob | None:
        """Return the job as a replica shows it that has all writes until this time."""
        return next((job for written_at, job in reversed(self.versions) if written_at <= time), None)


class ReplicatedGraph(ReplicatedSchemas):
    """`SyncApi`. A read is answered as of `lag` ago, or as of now, in the pattern of `is_lagging`."""

    def __init__(self, time: WorldTime, read_clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.time = time
        self.read_clock = read_clock
        self.tenant_id = TENANT
        self.graph_url = "https://graph.example"
        self.pause = timedelta()
        self.is_losing_secrets = False
        self.jobs: dict[str, GraphJob] = {}
        self.secrets: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.replaces_secrets = False
        self.lag = timedelta(0)
        self.is_lagging: Iterator[bool] = cycle([True])
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.during: dict[str, Callable[[], None]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.before_write: Callable[[str, str, str], None] = lambda call, service_principal_id, subject: None
        self.after_write: Callable[[str, str, str], None] = lambda call, service_principal_id, subject: None
        self.watch_restart: Callable[[tuple[str, ...]], None] = lambda scopes: None
        self.on_fault: Callable[[], None] = lambda: None
        self.note: Callable[[str], None] = lambda what: None
        self.shown: dict[str, RemoteJob | None] = {}
        self._shown_running: set[str] = set()
        self.pause_shown_at: dict[str, datetime] = {}
        """When each job was last shown as paused after it was shown as running."""

    def with_permit(self, permit: WritePermit) -> SyncApi:
        return cast("SyncApi", PermittedGraph(self, permit))

    def living(self, service_principal_id: str, template_id: str) -> list[GraphJob]:
        """Return the jobs of a template that exist."""
        return [
            job
            for job in self.jobs.values()
            if job.service_principal_id == service_principal_id
            and job.newest is not None
            and job.template_id == template_id
        ]

    def heal(self) -> None:
        """Let every call succeed and every read be fresh from now on."""
        self.lag = timedelta(0)
        self.faults.clear()
        self.during.clear()
        self.before.clear()

    def add_job(self, service_principal_id: str, template_id: str, *, is_of_operator: bool) -> GraphJob:
        """Create a job, as the operator or a person does; it does not run yet."""
        job_id = f"{template_id}.{service_principal_id[:4]}.{len(self.jobs) + 1}"
        job = GraphJob(job_id, service_principal_id, template_id, is_of_operator)
        self.jobs[job_id] = job
        self.change(job_id, state="Disabled", code="Paused")
        return job

    def change(self, job_id: str, *, state: str, code: str) -> None:
        """Give a job another schedule and code, if it still exists."""
        job = self.jobs[job_id]
        if job.versions and job.newest is None:
            return
        quarantine = _quarantine(self.time.now()) if code == "Quarantine" else None
        shown = remote_job(job_id, template=job.template_id, state=state, code=code, quarantine=quarantine)
        settings = job.newest.raw["synchronizationJobSettings"] if job.versions and job.newest else []
        shown = RemoteJob(job_id, {**shown.raw, "synchronizationJobSettings": settings})
        job.versions.append((self.time.now(), shown))

    def remove(self, job_id: str) -> None:
        """Delete a job."""
        self.jobs[job_id].versions.append((self.time.now(), None))

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        read_at = self.read_clock()
        self._call("list_jobs")
        as_of = self._read_time()
        ours = [job for job in self.jobs.values() if job.service_principal_id == service_principal_id]
        for job in ours:
            self._show(job.id, job.seen_at(as_of))
        return JobListing(tuple(shown for job in ours if (shown := job.seen_at(as_of))), read_at)

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        self._call("get_job")
        job = self.jobs.get(job_id)
        self._show(job_id, job.seen_at(self._read_time()) if job else None)
        return self.shown[job_id]

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        made: list[GraphJob] = []
        self._write(
            "create_job",
            service_principal_id,
            template_id,
            lambda: made.append(self.add_job(service_principal_id, template_id, is_of_operator=True)),
        )
        newest = made[0].newest
        assert newest is not None
        self._show(newest.id, newest)
        return newest

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        self._write(
            "start_job", service_principal_id, job_id, lambda: self.change(job_id, state="Active", code="NotRun")
        )

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        self._write(
            "pause_job", service_principal_id, job_id, lambda: self.change(job_id, state="Disabled", code="Paused")
        )

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        def restart() -> None:
            self.watch_restart(scopes)
            self.change(job_id, state="Active", code="NotRun")

        self._write("restart_job", service_principal_id, job_id, restart)

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        job = self.jobs.get(job_id)
        was_there = job is not None and job.newest is not None
        self._write("delete_job", service_principal_id, job_id, lambda: self.remove(job_id) if was_there else None)
        return was_there

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        self._write("patch_settings", service_principal_id, job_id, lambda: self._set(job_id, settings))

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        self._write("patch_interval", service_principal_id, job_id, lambda: None)

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        self._call("list_templates")
        return tuple(RemoteTemplate(name, None) for name in TEMPLATES)

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        self._call("list_secrets")
        stored = self.secrets[service_principal_id]
        return tuple(StoredSecret(key, MASK if key in MASKED else value) for key, value in stored.items())

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        def store() -> None:
            before = {} if self.replaces_secrets else self.secrets[service_principal_id]
            self.secrets[service_principal_id] = {key: value for key, value in {**before, **entries}.items() if value}

        self._write("put_secrets", service_principal_id, ",".join(sorted(entries)), store)

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        self._call("validate_credentials")

    async def has_service_principal(self, service_principal_id: str) -> bool:
        self._call("has_service_principal")
        return True

    async def find_service_principal(self, app_id: str) -> str | None:
        self._call("find_service_principal")
        return None

    def _show(self, job_id: str, job: RemoteJob | None) -> None:
        self.shown[job_id] = job
        if job is not None and job.is_active:
            self._shown_running.add(job_id)
        elif job is not None and job_id in self._shown_running:
            self._shown_running.remove(job_id)
            self.pause_shown_at[job_id] = self.time.now()

    def _read_time(self) -> datetime:
        return self.time.now() - (self.lag if next(self.is_lagging) else timedelta(0))

    def _set(self, job_id: str, settings: Sequence[SettingEntry]) -> None:
        job = self.jobs[job_id]
        if (before := job.newest) is None:
            return
        kept = {entry["name"]: entry["value"] for entry in before.raw["synchronizationJobSettings"]}
        sent = {str(entry["name"]): entry["value"] for entry in settings}
        pairs = [{"name": name, "value": value} for name, value in {**kept, **sent}.items()]
        job.versions.append((self.time.now(), RemoteJob(job_id, {**before.raw, "synchronizationJobSettings": pairs})))

    def _write(self, call: str, service_principal_id: str, subject: str, act: Callable[[], object]) -> None:
        def watched() -> None:
            self.before_write(call, service_principal_id, subject)
            act()
            self.after_write(call, service_principal_id, subject)

        self._call(call, watched)

    def _call(self, call: str, act: Callable[[], object] = lambda: None) -> None:
        self.time.move(timedelta(milliseconds=50))
        fault = self.faults[call].popleft() if self.faults[call] else None
        self.note(f"{call}{f' ({fault})' if fault else ''}")
        if fault is None or fault.is_done:
            act()
        if meanwhile := self.during.pop(call, None):
            meanwhile()
        if fault is not None:
            self.on_fault()
            raise _error_of(fault, call)


def _error_of(fault: Fault, call: str) -> BaseException:
    if fault in {Fault.KILLED_BEFORE, Fault.KILLED_AFTER}:
        return Killed(call)
    if fault is Fault.THROTTLED:
        return Transient(Reason.THROTTLED, "Graph asks for a pause.", after=timedelta(seconds=30))
    if fault is Fault.NOT_REPLICATED:
        return replicating(404)
    if fault is Fault.UNREACHABLE or call not in WRITES:
        return DOWN
    return LOST


def _quarantine(now: datetime) -> dict[str, object]:
    return {
        "reason": "EncounteredQuarantineException",
        "seriesBegan": write_time(now),
        "currentBegan": write_time(now),
        "nextAttempt": write_time(now + timedelta(hours=5)),
        "seriesCount": 1,
        "error": {"code": "InvalidCredentials", "message": "No.", "tenantActionable": True},
    }
