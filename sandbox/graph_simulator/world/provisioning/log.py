"""Defines the entries of the provisioning log, and writes them as Graph does (graph-facts 4.10)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from graph_simulator.world.times import format_time

Result = Literal["success", "failure", "skipped", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One action of the provisioning service on one object (provisioningObjectSummary)."""

    id: str
    job_id: str
    time: datetime
    action: str = "create"
    result: Result = "failure"
    error_code: str = ""
    category: str = "nonServiceFailure"
    reason: str = ""
    recommended_action: str = ""
    step: str = "EntryExportAdd"
    step_type: str = "export"
    """The last step, which ended as the action did."""
    source: dict[str, Any] = field(default_factory=dict)
    """id, displayName, identityType and details of the object in the source."""
    target: dict[str, Any] = field(default_factory=dict)
    changes: tuple[dict[str, Any], ...] = ()
    """The modifiedProperties, each with displayName, oldValue and newValue."""


def write_entry(entry: LogEntry, *, tenant: str, principal: dict[str, str]) -> dict[str, Any]:
    """Write an entry as Graph shows it."""
    kind = entry.source.get("identityType", "User")
    return {
        "id": entry.id,
        "activityDateTime": format_time(entry.time),
        "tenantId": tenant,
        "jobId": entry.job_id,
        "cycleId": entry.id,
        "changeId": entry.id,
        "provisioningAction": entry.action,
        "durationInMilliseconds": 100,
        "servicePrincipal": principal,
        "sourceSystem": {"id": "", "displayName": "Microsoft Entra ID", "details": {}},
        "targetSystem": {"id": "", "displayName": principal["displayName"], "details": {}},
        "initiatedBy": {"id": "", "displayName": "Azure AD Provisioning Service", "initiatorType": "system"},
        "sourceIdentity": {"id": "", "displayName": "", "identityType": kind, "details": {}} | entry.source,
        "targetIdentity": {"id": "", "displayName": "", "identityType": kind, "details": {}} | entry.target,
        "provisioningStatusInfo": {"status": entry.result, "errorInformation": _write_error(entry)},
        "provisioningSteps": _write_steps(entry),
        "modifiedProperties": list(entry.changes),
    }


def _write_error(entry: LogEntry) -> dict[str, Any] | None:
    if entry.result in {"success", "skipped"}:
        return None
    return {
        "errorCode": entry.error_code,
        "reason": entry.reason or None,
        "additionalDetails": None,
        "errorCategory": entry.category,
        "recommendedAction": entry.recommended_action or None,
    }


def _write_steps(entry: LogEntry) -> list[dict[str, Any]]:
    name = entry.source.get("displayName", "")
    imported = {
        "name": "EntryImport",
        "provisioningStepType": "import",
        "status": "success",
        "description": f"Received '{name}' from Microsoft Entra ID",
        "details": {},
    }
    last = {
        "name": entry.step,
        "provisioningStepType": entry.step_type,
        "status": entry.result,
        "description": f"The step {entry.step} of '{name}' ended with {entry.result}",
        "details": {"ReportableIdentifier": name},
    }
    return [imported, last]
