"""Graph's synchronization API in our words: what the story needs of it, and nothing of HTTP shows."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from entrasync.api.job.secret_keys import KEYS_WITH_FIELDS
from entrasync.core.decision.errors import PossiblyReplicating
from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.graph.auth.tokens import Tokens
from entrasync.graph.calls.call_observer import CallMetrics, NoCallMetrics
from entrasync.graph.calls.error_classifier import unreadable
from entrasync.graph.calls.exchange import Bounds, Exchange, Request
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.operations import (
    CREATE_JOB,
    DELETE_JOB,
    FIND_SERVICE_PRINCIPAL,
    GET_JOB,
    GET_SERVICE_PRINCIPAL,
    LIST_JOBS,
    LIST_SECRETS,
    LIST_TEMPLATES,
    PATCH_INTERVAL,
    PATCH_SETTINGS,
    PAUSE_JOB,
    PUT_SECRETS,
    RESTART_JOB,
    START_JOB,
    VALIDATE_CREDENTIALS,
    Operation,
)
from entrasync.graph.calls.pages import Pages
from entrasync.graph.calls.urls import Addresses
from entrasync.graph.wire.payloads import (
    UnreadableError,
    read_job,
    read_jobs,
    read_object,
    read_secrets,
    read_templates,
)
from entrasync.graph.wire.responses import Received
from entrasync.graph.wire.transport import build_transport

RESTART_SCOPES = ("Watermark", "Escrows", "QuarantineState")
"""What the portal's button resets; said explicitly, as Graph documents the default only for an empty scope."""


class GraphClient:
    """`SyncApi` over HTTP, for one tenant and one credential. Belongs to one event loop; `aclose` ends it."""

    def __init__(
        self,
        tokens: Tokens,
        limiter: TenantLimiter,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        observer: CallMetrics | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._tenant_id = tokens.tenant_id
        self._is_beta = tokens.endpoint.api_version == "beta"
        self._clock = limiter.clock
        self._at = Addresses(tokens.endpoint.root)
        # As many connections as places: who has a place never stands in a second line
        transport = transport or build_transport(tokens.endpoint, connections=limiter.concurrency)
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)
        self._exchange = Exchange(self._http, tokens, limiter, observer or NoCallMetrics(), bounds or Bounds())
        self._pages = Pages(self._exchange, tokens.endpoint.graph_url)

    @property
    def tenant_id(self) -> str:
        """The tenant that the credential belongs to."""
        return self._tenant_id

    @property
    def is_losing_secrets(self) -> bool:
        """Whether this is beta, whose calls about secrets are marked for removal (graph-facts 2.4)."""
        return self._is_beta

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        """Read all jobs of a service principal, all pages. Raises `PossiblyReplicating` on 404."""
        read_at = self._clock.now()
        url = self._at.synchronization(service_principal_id, "jobs")
        entries = await self._pages.read_all(LIST_JOBS, url, is_background=not is_urgent)
        jobs, is_complete = read_jobs(entries)
        return JobListing(jobs=jobs, read_at=read_at, is_complete=is_complete)

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        """Read one job; None only when Graph itself answered 404."""
        received = await self._get(GET_JOB, self._at.job(service_principal_id, job_id))
        return _job(GET_JOB, received) if received else None

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        """Create a job. Graph answers 201 (its reference page says 200); `OutcomeUnknown` when no id can be read."""
        url = self._at.synchronization(service_principal_id, "jobs")
        received = await self._send(CREATE_JOB, "POST", url, document={"templateId": template_id})
        if received.status not in {200, 201}:
            raise unreadable(CREATE_JOB, f"its status is {received.status}")
        return _job(CREATE_JOB, received)

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        """Start a job."""
        await self._send(START_JOB, "POST", self._at.job(service_principal_id, job_id, "start"))

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        """Pause a job; may be repeated."""
        await self._send(PAUSE_JOB, "POST", self._at.job(service_principal_id, job_id, "pause"))

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        """Restart a job; without `scopes` as the portal does."""
        url = self._at.job(service_principal_id, job_id, "restart")
        criteria = {"resetScope": ", ".join(scopes or RESTART_SCOPES)}
        await self._send(RESTART_JOB, "POST", url, document={"criteria": criteria})

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        """Write synchronizationJobSettings, entries of name and value; may be repeated."""
        url = self._at.job(service_principal_id, job_id)
        await self._send(PATCH_SETTINGS, "PATCH", url, document={"synchronizationJobSettings": list(settings)})

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        """Ask for an interval, an ISO 8601 duration; what Graph makes of it shows only in the job."""
        url = self._at.job(service_principal_id, job_id)
        await self._send(PATCH_INTERVAL, "PATCH", url, document={"schedule": {"interval": interval}})

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        """Delete a job; may be repeated. False when Graph answered 404: gone, or not replicated yet."""
        url = self._at.job(service_principal_id, job_id)
        return await self._unless_missing(Request(DELETE_JOB, "DELETE", url)) is not None

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        """Read the stored credentials: every key, sensitive values as `*`. Microsoft documents no GET; it works."""
        url = self._at.synchronization(service_principal_id, "secrets")
        entries = await self._pages.read_all(LIST_SECRETS, url)
        try:
            return read_secrets(entries)
        except UnreadableError as error:
            raise unreadable(LIST_SECRETS, str(error)) from None

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        """Store credentials by key; an empty value removes most of them. May be repeated."""
        url = self._at.synchronization(service_principal_id, "secrets")
        await self._send(PUT_SECRETS, "PUT", url, document={"value": _pairs(entries)}, secrets=entries)

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        """Have the target app try credentials; `Refused` (400) when it does not take them."""
        url = self._at.job(service_principal_id, job_id, "validateCredentials")
        document = {"credentials": _pairs(entries)}
        await self._send(VALIDATE_CREDENTIALS, "POST", url, document=document, secrets=entries)

    async def has_service_principal(self, service_principal_id: str) -> bool:
        """Tell whether the directory knows the service principal; False only on Graph's own 404."""
        url = f"{self._at.service_principal(service_principal_id)}?$select=id"
        received = await self._get(GET_SERVICE_PRINCIPAL, url)
        if received is None:
            return False
        _object(GET_SERVICE_PRINCIPAL, received)  # a page of a network that wants a sign-in proves nothing
        return True

    async def find_service_principal(self, app_id: str) -> str | None:
        """Find the object id of an app's service principal; None only on Graph's own 404."""
        url = f"{self._at.service_principal_of(app_id)}?$select=id"
        received = await self._get(FIND_SERVICE_PRINCIPAL, url)
        if received is None:
            return None
        object_id = _object(FIND_SERVICE_PRINCIPAL, received).get("id")
        if not isinstance(object_id, str) or not object_id:
            raise unreadable(FIND_SERVICE_PRINCIPAL, "it has no id")
        return object_id

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        """Read the templates offered; entries without a readable id are left out."""
        url = self._at.synchronization(service_principal_id, "templates")
        return read_templates(await self._pages.read_all(LIST_TEMPLATES, url))

    async def _send(
        self,
        operation: Operation,
        method: str,
        url: str,
        *,
        document: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Received:
        body = None if document is None else json.dumps(document).encode()
        hidden = tuple(value for key, value in (secrets or {}).items() if key not in KEYS_WITH_FIELDS)
        return await self._exchange.send(Request(operation, method, url, body, secrets=hidden))

    async def _get(self, operation: Operation, url: str) -> Received | None:
        return await self._unless_missing(Request(operation, "GET", url))

    async def _unless_missing(self, request: Request) -> Received | None:
        try:
            return await self._exchange.send(request)
        except PossiblyReplicating as error:
            if error.answer.status == 404:
                return None
            raise


def _pairs(entries: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in entries.items()]


def _object(operation: Operation, received: Received) -> Mapping[str, Any]:
    try:
        return read_object(received.body)
    except UnreadableError as error:
        raise unreadable(operation, str(error)) from error


def _job(operation: Operation, received: Received) -> RemoteJob:
    job = read_job(_object(operation, received))
    if job is None:
        raise unreadable(operation, "it has no id")
    return job
