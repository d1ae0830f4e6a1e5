"""The provisioning log of a tenant, which only the kubectl plugin reads (graph-facts 4.10)."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from entrasync.core.primitives.times import write_time
from entrasync.core.remote.provisioning_log import LoggedFailure, read_failure
from entrasync.graph.calls.json_caller import JsonCaller
from entrasync.graph.calls.operations import Operation

LIST_FAILURES = Operation(
    "list_provisioning_failures",
    "show the provisioning log",
    ("AuditLog.Read.All",),
    frozenset({HTTPStatus.OK}),
)
"""Microsoft asks for Directory.Read.All besides. An operation names permissions of which one is enough."""

_PAGE = 500
"""The size of a page that Microsoft's own example asks for. Reports take 5 requests in 10 seconds."""


@dataclass(frozen=True)
class FailureListing:
    """The failures, the newest first. It is not complete if there were more than was asked for."""

    failures: tuple[LoggedFailure, ...]
    is_complete: bool


class ProvisioningLogClient(JsonCaller):
    """Reads the provisioning log. Its methods raise what `Exchange.send` raises."""

    async def list_failures(self, job_id: str, since: datetime, *, most: int) -> FailureListing:
        """Read what failed in a job since a time, at most so many of the newest."""
        literal = job_id.replace("'", "''")
        clauses = (
            f"jobId eq '{literal}'",
            f"activityDateTime gt {write_time(since)}",
            "provisioningStatusInfo/status eq 'failure'",
        )
        query = f"$filter={quote(' and '.join(clauses))}&$orderby={quote('activityDateTime desc')}&$top={_PAGE}"
        entries = await self._list(LIST_FAILURES, f"{self._urls.provisioning_log()}?{query}", most=most + 1)
        failures = tuple(found for entry in entries if (found := read_failure(entry)) is not None)
        return FailureListing(failures[:most], is_complete=len(entries) <= most)
