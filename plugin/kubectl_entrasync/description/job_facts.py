"""All that a description is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from entrasync.core.record.job_record import JobRecord, read_record
from kubectl_entrasync.fleet.job_row import JobRow, read_row

Document = Mapping[str, Any]


@dataclass(frozen=True)
class JobFacts:
    """A SynchronizationJob, its Events and the time."""

    document: Document
    events: Sequence[Document]
    now: datetime
    events_fault: str | None = None
    """Why its Events could not be read."""

    @property
    def spec(self) -> Document:
        """What a person wrote."""
        return self.document.get("spec") or {}

    @property
    def status(self) -> Document:
        """What the operator wrote."""
        return self.document.get("status") or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of the resource."""
        return self.document["metadata"].get("annotations") or {}

    @cached_property
    def record(self) -> JobRecord:
        """The status as the operator's own rules read it."""
        return read_record(self.document.get("status"))

    @cached_property
    def row(self) -> JobRow:
        """What the lists say of the job."""
        return read_row(self.document)
