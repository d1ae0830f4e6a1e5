"""The jobs of a service principal as Graph showed them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from entrasync.core.primitives.json_values import read_text
from entrasync.core.remote.synchronization_status import (
    Schedule,
    SynchronizationStatus,
    read_schedule,
    read_synchronization_status,
)


@dataclass(frozen=True)
class RemoteJob:
    """One synchronizationJob as Graph sent it. `raw` is the JSON object, unchecked beyond a string `id`."""

    id: str
    raw: Mapping[str, Any] = field(compare=False)

    @property
    def template_id(self) -> str | None:
        """Graph's `templateId`; None when absent or malformed."""
        return read_text(self.raw.get("templateId"))

    def is_of_template(self, template_id: str) -> bool:
        """Whether it was made from a template: by `templateId`, or by its id, which begins with the template asked for.

        Cloud sync answers a create with another `templateId` than it was asked for (graph-facts 4.2). Case is ignored.
        """
        wanted = template_id.casefold()
        return (self.template_id or "").casefold() == wanted or self.id.casefold().startswith(f"{wanted}.")

    @cached_property
    def schedule(self) -> Schedule:
        """Graph's `schedule`."""
        return read_schedule(self.raw.get("schedule"))

    @cached_property
    def status(self) -> SynchronizationStatus:
        """Graph's `status`."""
        return read_synchronization_status(self.raw.get("status"))

    @property
    def schedule_state(self) -> str | None:
        """`Active`, `Disabled`, `Paused` or what Graph invents; None when absent or malformed."""
        return self.schedule.state

    @property
    def code(self) -> str | None:
        """Graph's `status.code`; None when absent or malformed."""
        return self.status.code

    @property
    def is_active(self) -> bool:
        """Whether Graph schedules the job (Terraform's "enabled")."""
        return self.schedule_state == "Active"

    @property
    def is_paused(self) -> bool:
        """Whether Graph shows that it does not schedule the job, for whatever reason."""
        return self.schedule_state is not None and not self.is_active

    @property
    def is_unconfigured(self) -> bool:
        """Whether Graph schedules a job that was never authorised at its target."""
        return self.is_active and self.code == "NotConfigured"

    @property
    def has_run(self) -> bool:
        """Whether Graph shows any trace of a cycle."""
        return self.status.has_run

    @property
    def is_quarantined(self) -> bool:
        """Whether Graph holds the job in quarantine."""
        return self.code == "Quarantine"


@dataclass(frozen=True)
class JobListing:
    """All jobs of one service principal at one time (world time of the request's start).

    `is_complete` is False when an entry could not be read: then absence proves nothing.
    """

    jobs: tuple[RemoteJob, ...]
    read_at: datetime
    is_complete: bool = True

    def find(self, job_id: str) -> RemoteJob | None:
        """Find a job by id."""
        return self._by_id.get(job_id)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all jobs listed."""
        return frozenset(self._by_id)

    @cached_property
    def _by_id(self) -> Mapping[str, RemoteJob]:
        return {job.id: job for job in reversed(self.jobs)}
