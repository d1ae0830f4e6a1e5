"""Graph's synchronization API in our words: what the story needs of it, and nothing of HTTP shows."""

import json
from urllib.parse import quote

import httpx

from entrasync.api.conditions import Reason
from entrasync.core.errors import PossiblyReplicating, Stalled
from entrasync.core.jobs import JobListing, RemoteJob
from entrasync.graph.answers import Received
from entrasync.graph.classify import unreadable
from entrasync.graph.exchange import Bounds, Exchange, Request
from entrasync.graph.limiter import TenantLimiter
from entrasync.graph.observer import Observer, SilentObserver
from entrasync.graph.operations import (
    CREATE_JOB,
    DELETE_JOB,
    GET_JOB,
    GET_SERVICE_PRINCIPAL,
    LIST_JOBS,
    LIST_TEMPLATES,
    PAUSE_JOB,
    START_JOB,
    Operation,
)
from entrasync.graph.payloads import Page, UnreadableError, read_job, read_jobs, read_object, read_page
from entrasync.graph.tokens import Tokens
from entrasync.graph.transport import build_transport


class GraphClient:
    """`SyncApi` over HTTP, for one tenant and one credential. Belongs to one event loop; `aclose` ends it.

    Paths follow Microsoft's reference of the synchronization API under `/servicePrincipals/{object id}`.
    """

    def __init__(
        self,
        tokens: Tokens,
        limiter: TenantLimiter,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        observer: Observer | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._endpoint = tokens.endpoint
        self._tenant_id = tokens.tenant_id
        self._clock = limiter.clock
        self._bounds = bounds or Bounds()
        # As many connections as places: who has a place never stands in a second line
        transport = transport or build_transport(self._endpoint, connections=limiter.concurrency)
        self._http = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)
        self._exchange = Exchange(self._http, tokens, limiter, observer or SilentObserver(), self._bounds)

    @property
    def tenant_id(self) -> str:
        """The tenant that the credential belongs to."""
        return self._tenant_id

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        """Read all jobs of a service principal, all pages. Raises `PossiblyReplicating` on 404."""
        read_at = self._clock.now()
        url = self._synchronization(service_principal_id, "jobs")
        entries = await self._list(LIST_JOBS, url, is_background=not is_urgent)
        jobs, is_complete = read_jobs(entries)
        return JobListing(jobs=jobs, read_at=read_at, is_complete=is_complete)

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        """Read one job; None only when Graph itself answered 404."""
        url = self._synchronization(service_principal_id, "jobs", job_id)
        try:
            received = await self._exchange.send(Request(GET_JOB, "GET", url))
        except PossiblyReplicating as error:
            if error.answer.status == 404:
                return None
            raise
        return _job(GET_JOB, received)

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        """Create a job. Graph answers 201 (its reference page says 200); `OutcomeUnknown` when no id can be read."""
        url = self._synchronization(service_principal_id, "jobs")
        body = json.dumps({"templateId": template_id}).encode()
        received = await self._exchange.send(Request(CREATE_JOB, "POST", url, body))
        if received.status not in {200, 201}:
            raise unreadable(CREATE_JOB, f"its status is {received.status}")
        return _job(CREATE_JOB, received)

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        """Start a job."""
        url = self._synchronization(service_principal_id, "jobs", job_id, "start")
        await self._exchange.send(Request(START_JOB, "POST", url))

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        """Pause a job; may be repeated."""
        url = self._synchronization(service_principal_id, "jobs", job_id, "pause")
        await self._exchange.send(Request(PAUSE_JOB, "POST", url))

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        """Delete a job; may be repeated. False when Graph answered 404: gone, or not replicated yet."""
        url = self._synchronization(service_principal_id, "jobs", job_id)
        try:
            await self._exchange.send(Request(DELETE_JOB, "DELETE", url))
        except PossiblyReplicating as error:
            if error.answer.status == 404:
                return False
            raise
        return True

    async def has_service_principal(self, service_principal_id: str) -> bool:
        """Tell whether the directory knows the service principal; False only on Graph's own 404."""
        url = f"{self._endpoint.root}/servicePrincipals/{_segment(service_principal_id)}?$select=id"
        try:
            received = await self._exchange.send(Request(GET_SERVICE_PRINCIPAL, "GET", url))
        except PossiblyReplicating as error:
            if error.answer.status == 404:
                return False
            raise
        try:
            read_object(received.body)
        except UnreadableError as error:
            raise unreadable(GET_SERVICE_PRINCIPAL, str(error)) from error
        return True

    async def list_template_ids(self, service_principal_id: str) -> tuple[str, ...]:
        """Read the ids of the templates offered, as Graph spells them; entries without a readable id are left out."""
        url = self._synchronization(service_principal_id, "templates")
        entries = await self._list(LIST_TEMPLATES, url)
        ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
        return tuple(template_id for template_id in ids if isinstance(template_id, str) and template_id)

    def _synchronization(self, service_principal_id: str, *segments: str) -> str:
        path = "/".join(_segment(segment) for segment in segments)
        return f"{self._endpoint.root}/servicePrincipals/{_segment(service_principal_id)}/synchronization/{path}"

    async def _list(self, operation: Operation, url: str, *, is_background: bool = False) -> list[object]:
        """Read all pages, bounded in number and in bytes altogether."""
        entries: list[object] = []
        size = 0
        for _ in range(self._bounds.pages):
            received = await self._exchange.send(Request(operation, "GET", url, is_background=is_background))
            size += len(received.body)
            page = _page(operation, received)
            entries.extend(page.entries)
            if page.next_link is None:
                return entries
            if size > self._bounds.body_bytes:
                raise unreadable(operation, "all its pages together are too long")
            url = self._next_url(operation, page.next_link)
        raise unreadable(operation, f"it has more than {self._bounds.pages} pages")

    def _next_url(self, operation: Operation, link: str) -> str:
        """Take a `nextLink` as it stands, but only to where it came from: the token goes with it."""
        try:
            there, here = httpx.URL(link), httpx.URL(self._endpoint.graph_url)
        except httpx.InvalidURL:
            raise unreadable(operation, "its next page has no readable address") from None
        if (there.scheme, there.host, there.port, there.userinfo) != (here.scheme, here.host, here.port, b""):
            raise Stalled(
                Reason.REQUEST_REFUSED,
                f"Graph was asked to {operation.words} and named another host for the next page; that is not followed. "
                "Check the cloud's endpoint and any proxy.",
            )
        return link


def _segment(text: str) -> str:
    """Encode one segment of a path. A dot or two would climb up the path, encoded or not, so they are refused."""
    if text in {"", ".", ".."}:
        raise Stalled(Reason.INVALID_SPEC, f"{text!r} cannot be an id in Graph.")
    return quote(text, safe="")


def _page(operation: Operation, received: Received) -> Page:
    try:
        return read_page(received.body)
    except UnreadableError as error:
        raise unreadable(operation, str(error)) from error


def _job(operation: Operation, received: Received) -> RemoteJob:
    try:
        job = read_job(read_object(received.body))
    except UnreadableError as error:
        raise unreadable(operation, str(error)) from error
    if job is None:
        raise unreadable(operation, "it has no id")
    return job
