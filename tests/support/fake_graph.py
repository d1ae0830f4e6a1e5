"""A Graph in memory that keeps what was written and fails where a test asks for it."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from entrasync.core.decision.write_permit import WritePermit
from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.provisioning import ProvisioningReport, ProvisioningSubject
from entrasync.core.remote.schema import Schema
from entrasync.core.remote.stored_secrets import MASK, StoredSecret
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.facts import TENANT, remote_job
from tests.support.schemas import FakeSchemas
from tests.support.still_clock import StillClock

READS = {
    "list_jobs",
    "get_job",
    "has_service_principal",
    "find_service_principal",
    "list_templates",
    "list_secrets",
    "validate_credentials",
    "get_schema",
    "get_template_schema",
    "parse_expression",
    "evaluate_expression",
}
"""The calls that change nothing in Graph."""


@dataclass
class Failure:
    """Makes the next call of a kind raise. With `is_done` only its answer is lost; without an error it succeeds."""

    error: BaseException | None
    is_done: bool = False


class PermittedGraph:
    """The Graph of one pass: each write asks the permit of the pass before it begins."""

    def __init__(self, graph: Any, permit: WritePermit) -> None:
        self._graph = graph
        self._permit = permit

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._graph, name)
        if name in READS or not callable(found):
            return found

        async def write(*args: Any, **kwargs: Any) -> Any:
            if (before := self._graph.before.pop(name, None)) is not None:
                before()
            self._permit.check(saves_secrets=name == "put_secrets")
            return await found(*args, **kwargs)

        return write


class FakeGraph(FakeSchemas):
    """`SyncApi` over a dict. `calls` has the name of every call; `hidden` jobs are there but not shown.

    While it `is_stale`, an accepted start, pause, restart or PATCH does not show. `secrets` are stored by key,
    and those in `masked` show as `*`. A PUT of secrets removes the others where it `puts_replace`. `store` turns sent
    values into stored ones, `show` stored ones into shown ones. `provisioned` has what was provisioned on demand, with
    the rule; Graph answers with the `report`. A restarted job shows the `code_after_restart`.
    `tried` has what was validated, `put` what was sent, `restarts` the requested scopes, `sent_settings` the settings,
    `patched` the same by name. Graph accepts `ignored_settings` and does not change them. Each entry of `during` runs
    once, within the next call of that name, and each of `before` once while the next write waits for a token.
    """

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.tenant_id = TENANT
        self.graph_url = "https://graph.example"
        self.pause = timedelta()
        self.is_losing_secrets = False
        self.jobs: dict[str, RemoteJob] = {}
        self.hidden: set[str] = set()
        self.templates: tuple[str, ...] = ("scim",)
        self.factory_tags: dict[str, str] = {}
        self.has_principal = True
        self.principals: dict[str, str] = {}
        self.secrets: dict[str, str] = {}
        self.masked: set[str] = {"SecretToken", "Password", "ClientSecret"}
        self.put: list[dict[str, str]] = []
        self.puts_replace = False
        self.store: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
        self.show: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
        self.tried: list[dict[str, str]] = []
        self.restarts: list[tuple[str, ...]] = []
        self.code_after_restart = "NotRun"
        self.takes_interval = False
        self.ignored_settings: set[str] = set()
        self.sent_settings: list[list[SettingEntry]] = []
        self.schemas: dict[str, dict[str, Any]] = {}
        self.ignores_schemas = False
        self.sent_schemas: list[Schema] = []
        self.provisioned: list[tuple[str, ProvisioningSubject]] = []
        self.report = ProvisioningReport("Success", "Create")
        self.asked_templates: list[str] = []
        self.is_complete = True
        self.is_stale = False
        self.next_id: str | None = None
        self.calls: list[str] = []
        self.failures: dict[str, deque[Failure]] = {}
        self.during: dict[str, Callable[[], None]] = {}
        self.before: dict[str, Callable[[], None]] = {}

    def fail(self, call: str, error: BaseException, *, is_done: bool = False, times: int = 1) -> None:
        self.failures.setdefault(call, deque()).extend([Failure(error, is_done)] * times)

    def add(self, job: RemoteJob) -> None:
        self.jobs[job.id] = job

    def with_permit(self, permit: WritePermit) -> SyncApi:
        return cast("SyncApi", PermittedGraph(self, permit))

    @property
    def patched(self) -> list[dict[str, Any]]:
        return [{entry["name"]: entry["value"] for entry in sent if "name" in entry} for sent in self.sent_settings]

    @property
    def writes(self) -> list[str]:
        return [
            call
            for call in self.calls
            if not call.startswith(("list", "get", "has", "find", "validate", "parse", "evaluate"))
        ]

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        read_at = self.clock.now()
        self._call("list_jobs", lambda: None)
        shown = tuple(job for job in self.jobs.values() if job.id not in self.hidden)
        return JobListing(shown, read_at, self.is_complete)

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        self._call("get_job", lambda: None)
        return None if job_id in self.hidden else self.jobs.get(job_id)

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        job_id = self.next_id or f"{template_id}.{len(self.calls)}"
        job = remote_job(job_id, template=template_id, state="Disabled", code="Paused")
        self._call("create_job", lambda: self.add(job))
        return job

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        self._call("start_job", lambda: self._schedule(job_id, "Active", "NotRun"))

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        self._call("pause_job", lambda: self._schedule(job_id, "Disabled", "Paused"))

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        was_there = job_id in self.jobs and job_id not in self.hidden
        self._call("delete_job", lambda: self.jobs.pop(job_id, None) if was_there else None)
        return was_there

    async def has_service_principal(self, service_principal_id: str) -> bool:
        self._call("has_service_principal", lambda: None)
        return self.has_principal

    async def find_service_principal(self, app_id: str) -> str | None:
        self._call("find_service_principal", lambda: None)
        return self.principals.get(app_id)

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        self._call("list_templates", lambda: None)
        return tuple(RemoteTemplate(name, self.factory_tags.get(name)) for name in self.templates)

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        self._call("list_secrets", lambda: None)
        shown = self.show(self.secrets)
        return tuple(StoredSecret(key, MASK if key in self.masked else value) for key, value in shown.items())

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        self._call("put_secrets", lambda: self._store(entries))

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        self.tried.append(dict(entries))
        self._call("validate_credentials", lambda: None)

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        def restart() -> None:
            self.restarts.append(scopes)
            self._schedule(job_id, "Active", self.code_after_restart)

        self._call("restart_job", restart)

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        self._call("patch_settings", lambda: self._set(job_id, settings))

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        def set_interval() -> None:
            raw = self.jobs[job_id].raw
            if self.takes_interval:
                self.add(RemoteJob(job_id, {**raw, "schedule": {**raw["schedule"], "interval": interval}}))

        self._call("patch_interval", set_interval)

    async def provision_on_demand(
        self, service_principal_id: str, job_id: str, rule_id: str, subject: ProvisioningSubject
    ) -> ProvisioningReport:
        self._call("provision_on_demand", lambda: self.provisioned.append((rule_id, subject)))
        return self.report

    def _store(self, entries: Mapping[str, str]) -> None:
        self.put.append(dict(entries))
        before: dict[str, str] = {} if self.puts_replace else self.secrets
        self.secrets = {key: value for key, value in {**before, **self.store(entries)}.items() if value}

    def _set(self, job_id: str, settings: Sequence[SettingEntry]) -> None:
        self.sent_settings.append(list(settings))
        if self.is_stale:
            return
        raw = self.jobs[job_id].raw
        kept = {entry["name"]: entry["value"] for entry in raw["synchronizationJobSettings"] if "name" in entry}
        taken = {name: value for name, value in self.patched[-1].items() if name not in self.ignored_settings}
        pairs = [{"name": name, "value": value} for name, value in {**kept, **taken}.items()]
        self.add(RemoteJob(job_id, {**raw, "synchronizationJobSettings": pairs}))

    def _schedule(self, job_id: str, state: str, code: str) -> None:
        if self.is_stale:
            return
        before = self.jobs[job_id]
        made = remote_job(job_id, template=before.template_id, state=state, code=code)
        kept = {name: before.raw[name] for name in ("synchronizationJobSettings",) if name in before.raw}
        self.add(RemoteJob(job_id, {**made.raw, **kept}))

    def _call(self, name: str, act: Callable[[], object]) -> None:
        self.calls.append(name)
        self.clock.move(timedelta(microseconds=1))  # otherwise a read before a write would look as new as the write
        failure = self.failures[name].popleft() if self.failures.get(name) else None
        if failure is None or failure.error is None or failure.is_done:
            act()
        if (meanwhile := self.during.pop(name, None)) is not None:
            meanwhile()
        if failure is not None and failure.error is not None:
            raise failure.error
