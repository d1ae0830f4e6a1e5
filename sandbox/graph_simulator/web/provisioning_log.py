"""Answers with pages of the provisioning log of a tenant (graph-facts 4.10)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.calls import NO_PRIVILEGES, Call
from graph_simulator.web.queries import check_options, refuse_unsimulated, take_page, write_link
from graph_simulator.world.provisioning.log import LogEntry, write_entry

ROLES = frozenset({"AuditLog.Read.All", "Directory.Read.All"})
"""The caller needs both."""
NO_LICENCE = "Neither tenant is B2C or tenant doesn't have premium license"

_OPTIONS = frozenset({"$filter", "$orderby", "$top", "$skiptoken"})
_PAGE = 100
_CLAUSE = re.compile(r"(jobId|provisioningStatusInfo/status) eq '((?:[^']|'')*)'|activityDateTime (gt|lt) (\S+)")
_NEWEST_FIRST = "activityDateTime desc"

Test = Callable[[LogEntry], bool]


def list_entries(call: Call) -> Answer:
    """Answer with a page of the entries that the filter selects, the oldest first unless `$orderby` turns them."""
    if not call.roles >= ROLES:
        raise call.refuse(403, "Authentication_MSGraphPermissionMissing", NO_PRIVILEGES)
    if not call.world.switches.premium_licence:
        raise call.refuse(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", NO_LICENCE)
    check_options(call, _OPTIONS)
    tests = _read_filter(call)
    found = [entry for entry in _list_own(call) if all(test(entry) for test in tests)]
    found.sort(key=lambda entry: entry.time, reverse=_is_newest_first(call))
    page = take_page(call, found, size=_PAGE)
    link = {"@odata.nextLink": write_link(call, call.origin, page.end)} if page.has_more else {}
    head = {"@odata.context": f"{call.metadata_url}#auditLogs/provisioning"}
    return answer_json(200, head | link | {"value": [_write(call, entry) for entry in page.items]})


def _list_own(call: Call) -> list[LogEntry]:
    """List the entries of jobs of the caller's tenant."""
    jobs = {record.job.id: record.job.service_principal_id for record in call.world.all_records(call.now)}
    own = {sp.id for sp in call.world.service_principals.values() if sp.tenant_id == call.tenant}
    return [entry for entry in call.world.provisioning_log if jobs.get(entry.job_id) in own]


def _write(call: Call, entry: LogEntry) -> dict[str, Any]:
    record = call.world.find_record_anywhere(entry.job_id, call.now)
    principal_id = record.job.service_principal_id if record else ""
    principal = call.world.service_principals.get(principal_id)
    name = principal.display_name if principal else ""
    return write_entry(entry, tenant=call.tenant, principal={"id": principal_id, "displayName": name})


def _is_newest_first(call: Call) -> bool:
    order = call.query.get("$orderby", "")
    if order not in {"", _NEWEST_FIRST}:
        raise refuse_unsimulated(call, f"The order {order}")
    return order == _NEWEST_FIRST


def _read_filter(call: Call) -> list[Test]:
    """Read the clauses of `$filter`, which are joined by `and`. Names and values are case sensitive."""
    text = call.query.get("$filter", "")
    return [_read_clause(call, clause.strip()) for clause in re.split(r"\s+and\s+", text) if clause.strip()]


def _read_clause(call: Call, clause: str) -> Test:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise refuse_unsimulated(call, f"The filter {clause}")
    name, wanted, direction, time = match.groups()
    if name == "jobId":
        return lambda entry: entry.job_id == wanted.replace("''", "'")
    if name is not None:
        return lambda entry: entry.result == wanted
    return _compare_time(call, direction, time)


def _compare_time(call: Call, direction: str, text: str) -> Test:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise call.refuse(400, "BadRequest", "Invalid filter clause") from error
    limit = time if time.tzinfo else time.replace(tzinfo=UTC)
    return lambda entry: entry.time > limit if direction == "gt" else entry.time < limit
