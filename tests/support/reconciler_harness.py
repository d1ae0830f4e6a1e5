"""In-memory Graph and API server for the story: they keep what was written and fail when told to."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.stored_secrets import MASK, StoredSecret
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.core.resource.defaults import Defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.core.status.events import Event
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.controller.reconciler import JobReconciler
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ResourceChanged, ResourceGone, Subject
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.listings import Listings
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from tests.support.facts import NOW, TENANT, remote_job
from tests.support.fake_secrets import FakeSecrets
from tests.support.still_clock import StillClock


@dataclass
class Failure:
    """The next call of a kind raises; with `is_done` only its answer is lost, without an error it goes well."""

    error: Exception | None
    is_done: bool = False


class FakeGraph:
    """`SyncApi` over a dict. `calls` has the name of every call; `hidden` jobs are there but not shown.

    While it `is_stale`, a start, pause, restart or PATCH that is taken does not show. `secrets` are stored by key,
    those of `masked` show as `*`; `store` makes of what was sent what is stored, and `show` of that what is shown.
    `tried` has what was validated, `put` what was sent, `restarts` the scopes asked for, `sent_settings` the settings,
    `patched` the same by name; Graph takes `ignored_settings` and does not change them. What is in `during` happens
    once, within the next call of that name.
    """

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock
        self.tenant_id = TENANT
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
        self.store: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
        self.show: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
        self.tried: list[dict[str, str]] = []
        self.restarts: list[tuple[str, ...]] = []
        self.takes_interval = False
        self.ignored_settings: set[str] = set()
        self.sent_settings: list[list[SettingEntry]] = []
        self.is_complete = True
        self.is_stale = False
        self.next_id: str | None = None
        self.calls: list[str] = []
        self.failures: dict[str, deque[Failure]] = {}
        self.during: dict[str, Callable[[], None]] = {}

    def fail(self, call: str, error: Exception, *, is_done: bool = False, times: int = 1) -> None:
        self.failures.setdefault(call, deque()).extend([Failure(error, is_done)] * times)

    def add(self, job: RemoteJob) -> None:
        self.jobs[job.id] = job

    @property
    def patched(self) -> list[dict[str, Any]]:
        return [{entry["name"]: entry["value"] for entry in sent if "name" in entry} for sent in self.sent_settings]

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(("list", "get", "has", "find", "validate"))]

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
            self._schedule(job_id, "Active", "NotRun")

        self._call("restart_job", restart)

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        self._call("patch_settings", lambda: self._set(job_id, settings))

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        def set_interval() -> None:
            raw = self.jobs[job_id].raw
            if self.takes_interval:
                self.add(RemoteJob(job_id, {**raw, "schedule": {**raw["schedule"], "interval": interval}}))

        self._call("patch_interval", set_interval)

    def _store(self, entries: Mapping[str, str]) -> None:
        self.put.append(dict(entries))
        self.secrets = {key: value for key, value in {**self.secrets, **self.store(entries)}.items() if value}

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
        self.clock.move(timedelta(microseconds=1))  # else what was read before a write would look as new as it
        failure = self.failures[name].popleft() if self.failures.get(name) else None
        if failure is None or failure.error is None or failure.is_done:
            act()
        if (meanwhile := self.during.pop(name, None)) is not None:
            meanwhile()
        if failure is not None and failure.error is not None:
            raise failure.error


def merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7386."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result


class FakeApiServer:
    """`ResourceApi` over a dict, with versions, and `NamespaceStore`.

    `meanwhile` runs once, before the next write is taken.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.stored: dict[ObjectKey, Resource] = {}
        self.writes: list[str] = []
        self.patches: list[Mapping[str, Any]] = []
        self.failures: deque[Exception | None] = deque()
        self.meanwhile: Callable[[], None] | None = None
        self.namespaces: dict[str, Mapping[str, str] | Exception | None] = {}
        self.namespace_reads: list[str] = []

    def apply(self, resource: Resource) -> None:
        """Store a resource as a user would, and have the watch tell of it."""
        self.change(resource)
        self.resources.put(self.stored[resource.key])

    def change(self, resource: Resource) -> None:
        """Store a resource without the watch having told yet."""
        known = self.stored.get(resource.key)
        version = str(int(known.resource_version if known else "0") + 1)
        self.stored[resource.key] = replace(resource, resource_version=version)

    async def patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        known = self._begin(resource, "metadata", patch, patch.get("resourceVersion"))
        changed = replace(
            known,
            annotations=merged(known.annotations, patch.get("annotations", {})),
            finalizers=tuple(patch.get("finalizers", known.finalizers)),
        )
        return self._store(changed)

    async def patch_status(
        self, resource: Resource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        version = resource.resource_version if if_unchanged else None
        known = self._begin(resource, "status", patch, version)
        return self._store(replace(known, status=merged(known.status, patch)))

    async def read_annotations(self, namespace: str) -> Mapping[str, str] | None:
        self.namespace_reads.append(namespace)
        found = self.namespaces.get(namespace, {})
        if isinstance(found, Exception):
            raise found
        return found

    def _begin(self, resource: Resource, what: str, patch: Mapping[str, Any], version: str | None) -> Resource:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.failures and (error := self.failures.popleft()) is not None:
            raise error
        known = self.stored.get(resource.key)
        if known is None:
            raise ResourceGone(str(resource.key))
        if known.uid != resource.uid or (version is not None and version != known.resource_version):
            raise ResourceChanged(str(resource.key))
        self.writes.append(what)
        self.patches.append(patch)
        return known

    def _store(self, changed: Resource) -> Resource:
        self.change(changed)
        written = self.stored[changed.key]
        if written.is_deleting and not written.finalizers:
            del self.stored[changed.key]
            self.resources.remove(changed.key, changed.uid)
        else:
            self.resources.put(written)
        return self.resources.resolved(written)


@dataclass
class Told:
    """`EventSink` that remembers the reasons."""

    events: list[Event] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        return [str(event.reason) for event in self.events]

    def record(self, subject: Subject, event: Event) -> None:
        self.events.append(event)


class ReconcilerHarness:
    """One process of the operator between the two fakes. `restart` loses what only memory held."""

    def __init__(self) -> None:
        self.clock = StillClock(NOW)
        self.graph = FakeGraph(self.clock)
        self.told = Told()
        self.secrets = FakeSecrets()
        self.server = FakeApiServer(Resources())
        self.install = Defaults()
        self.restart()

    def restart(self) -> None:
        self.resources, self.memory = Resources(self.install), MemoryStore()
        self.server.resources = self.resources
        for stored in self.server.stored.values():
            self.resources.put(stored)
        self.resources.is_complete = True
        self.fetched: list[str] = []
        listings = Listings(
            self.graph, on_fetched=lambda service_principal_id, _: self.fetched.append(service_principal_id)
        )
        self.connections = Connections(Connection(None, self.graph, listings), serves=lambda _: True)
        observer = FactsReader(self.connections, self.resources, self.memory, secrets=self.secrets, clock=self.clock)
        performer = Performer(
            self.connections, self.server, self.resources, self.memory, events=self.told, clock=self.clock
        )
        self.reconciler = JobReconciler(
            self.resources,
            self.memory,
            namespaces=NamespaceDefaults(
                self.server, self.resources, install=self.install, events=self.told, clock=self.clock
            ),
            resolver=Resolver(self.connections, self.resources),
            observer=observer,
            performer=performer,
            resource_api=self.server,
            events=self.told,
            clock=self.clock,
            bounds=Bounds(),
        )

    def apply(self, resource: Resource) -> ObjectKey:
        self.server.apply(resource)
        return resource.key

    def edit(self, key: ObjectKey, **overlay: Any) -> None:
        """Change a resource as a user would: a new generation."""
        known = self.server.stored[key]
        self.server.apply(replace(known, generation=known.generation + 1, **overlay))

    async def run(self, key: ObjectKey) -> Outcome:
        """One pass with Graph as of now."""
        return await self.reconciler.reconcile(key, since=self.clock.now())

    async def run_until(self, key: ObjectKey, elapsed: timedelta) -> None:
        """Pass after pass, each when the one before asked for it, until the world is so much older."""
        end = self.clock.now() + elapsed
        while True:
            outcome = await self.run(key)
            pause = outcome.look_again
            assert pause is not None
            assert pause.total_seconds() > 0 or self.clock.now() < end, "a pass that asks for another at once"
            if self.clock.now() + pause > end:
                return
            self.clock.move(pause)

    def status(self, key: ObjectKey) -> Mapping[str, Any]:
        return self.server.stored[key].status

    def condition(self, key: ObjectKey, kind: str) -> tuple[str, str]:
        found = [entry for entry in self.status(key)["conditions"] if entry["type"] == kind]
        return (found[0]["status"], found[0]["reason"]) if found else ("", "")

    def message(self, key: ObjectKey, kind: str) -> str:
        found = [entry["message"] for entry in self.status(key)["conditions"] if entry["type"] == kind]
        return found[0] if found else ""
