"""Synchronization jobs in Graph, and the templates that they are created from."""

from collections.abc import Mapping, Sequence
from typing import Any

from entrasync.core.remote.job_settings import SettingEntry
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller, read_response
from entrasync.graph.calls.operations import (
    CREATE_JOB,
    DELETE_JOB,
    GET_JOB,
    LIST_JOBS,
    LIST_TEMPLATES,
    PATCH_INTERVAL,
    PATCH_SETTINGS,
    PAUSE_JOB,
    RESTART_JOB,
    START_JOB,
    Operation,
)
from entrasync.graph.wire.payloads import read_job, read_jobs, read_templates

RESTART_SCOPES = ("Watermark", "Escrows", "QuarantineState")
"""What the portal's restart resets. Sent explicitly: Graph documents a default only for an empty scope."""


class JobsClient(JsonCaller):
    """`JobsApi` over HTTP."""

    async def list_jobs(self, service_principal_id: str, *, is_urgent: bool = False) -> JobListing:
        """Read all jobs of a service principal, all pages. Raises `PossiblyReplicating` on 404."""
        read_at = self._clock.now()
        url = self._urls.synchronization(service_principal_id, "jobs")
        entries = await self._list(LIST_JOBS, url, is_background=not is_urgent)
        jobs, is_complete = read_jobs(entries)
        return JobListing(jobs=jobs, read_at=read_at, is_complete=is_complete)

    async def get_job(self, service_principal_id: str, job_id: str) -> RemoteJob | None:
        """Read one job; returns None only when Graph itself answered 404."""
        document = await self._get(GET_JOB, self._urls.job(service_principal_id, job_id))
        return None if document is None else _read_job(GET_JOB, document)

    async def create_job(self, service_principal_id: str, template_id: str) -> RemoteJob:
        """Create a job. Graph answers 201, its reference page says 200 (graph-facts 0.2).

        Raises `OutcomeUnknown` when the answer has no readable id.
        """
        url = self._urls.synchronization(service_principal_id, "jobs")
        response = await self._send(CREATE_JOB, "POST", url, document={"templateId": template_id})
        return _read_job(CREATE_JOB, read_response(CREATE_JOB, response))

    async def start_job(self, service_principal_id: str, job_id: str) -> None:
        """Start a job."""
        await self._send(START_JOB, "POST", self._urls.job(service_principal_id, job_id, "start"))

    async def pause_job(self, service_principal_id: str, job_id: str) -> None:
        """Pause a job; may be repeated."""
        await self._send(PAUSE_JOB, "POST", self._urls.job(service_principal_id, job_id, "pause"))

    async def restart_job(self, service_principal_id: str, job_id: str, scopes: tuple[str, ...] = ()) -> None:
        """Restart a job; without `scopes` it resets what the portal's restart resets (`RESTART_SCOPES`)."""
        url = self._urls.job(service_principal_id, job_id, "restart")
        criteria = {"resetScope": ", ".join(scopes or RESTART_SCOPES)}
        await self._send(RESTART_JOB, "POST", url, document={"criteria": criteria})

    async def patch_settings(self, service_principal_id: str, job_id: str, settings: Sequence[SettingEntry]) -> None:
        """Write synchronizationJobSettings, entries of name and value; may be repeated."""
        url = self._urls.job(service_principal_id, job_id)
        document = {"synchronizationJobSettings": list(settings)}
        await self._send(PATCH_SETTINGS, "PATCH", url, document=document)

    async def patch_interval(self, service_principal_id: str, job_id: str, interval: str) -> None:
        """Ask for an interval, an ISO 8601 duration. Only the job shows whether Graph took it."""
        url = self._urls.job(service_principal_id, job_id)
        await self._send(PATCH_INTERVAL, "PATCH", url, document={"schedule": {"interval": interval}})

    async def delete_job(self, service_principal_id: str, job_id: str) -> bool:
        """Delete a job; may be repeated. Returns False when Graph answered 404: gone, or not replicated yet."""
        return await self._delete(DELETE_JOB, self._urls.job(service_principal_id, job_id))

    async def list_templates(self, service_principal_id: str) -> tuple[RemoteTemplate, ...]:
        """Read the templates that a service principal offers; entries without a readable id are left out."""
        url = self._urls.synchronization(service_principal_id, "templates")
        return read_templates(await self._list(LIST_TEMPLATES, url))


def _read_job(operation: Operation, document: Mapping[str, Any]) -> RemoteJob:
    job = read_job(document)
    if job is None:
        raise make_unreadable_error(operation, "it has no id")
    return job
