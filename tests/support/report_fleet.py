"""A fleet as the report meets it: jobs in each state, and one whose texts would be markup if they were not escaped."""

from typing import Any

HOSTILE = "</style><script>alert('hostile')</script><img src=x onerror=\"alert(1)\"> & {{ 7 * 7 }}"
"""A text that somebody else chose, such as Graph's words in a message."""

_PRINCIPAL = "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e0{}"
_ENDED = "2026-11-29T03:12:44.5021467Z"


def list_fleet() -> dict[str, dict[str, Any]]:
    """Return specs and statuses by the names of jobs."""
    return {
        "workday-to-entra": _job(1, "Active", "Healthy", run(412, 398, 3), template="WorkdayInbound"),
        "cross-tenant-sync-north": _job(2, "Active", "Healthy", run(125_300, 1_204, 0), template="Azure2Azure"),
        "salesforce-production-emea": _quarantined(),
        "servicenow": _overdue(),
        "zendesk": _job(5, "Paused", "Paused", run(40, 0, 0), schedule="Disabled"),
        "slack": _ready(
            "False", "Applying", "Graph has been asked for the job, and the operator waits until Graph shows it."
        ),
        "atlassian-cloud": _stalled(),
        "hostile": _hostile(),
        "unseen": {"spec": _spec(0), "status": {}},
    }


def make_large_fleet(jobs: int, *, ill: int) -> list[dict[str, Any]]:
    """Return documents of jobs. So many are in quarantine, and so many are overdue: these come last by name."""
    parts = list_fleet()
    kinds = [parts["workday-to-entra"]] * (jobs - 2 * ill)
    kinds += [parts["salesforce-production-emea"]] * ill + [parts["servicenow"]] * ill
    return [
        {"metadata": {"namespace": "identity", "name": f"job-{number:04}", "uid": str(number)}, **kind}
        for number, kind in enumerate(kinds)
    ]


def run(
    imported: int, exported: int, escrowed: int, *, state: str = "Succeeded", ended: str = _ENDED
) -> dict[str, Any]:
    """A run in Graph's words."""
    return {
        "activityIdentifier": "5ee7b2b0-8c3b-4e65-a0b6-9a3b4f5d1c77",
        "state": state,
        "timeBegan": "2026-11-29T03:02:01Z",
        "timeEnded": ended,
        "countImported": imported,
        "countImportedDeltas": exported,
        "countEntitled": imported,
        "countExports": exported,
        "countExported": exported,
        "countEscrowed": escrowed,
        "countEscrowedRaw": escrowed * 2,
    }


def condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    """A condition as the operator writes it."""
    since = "2026-11-21T03:00:00Z"
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since}


def _spec(number: int, template: str = "scim") -> dict[str, Any]:
    return {"servicePrincipal": {"objectId": _PRINCIPAL.format(number)}, "template": {"id": template}}


def _job(number: int, code: str, reason: str, execution: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A job that is Ready and has run."""
    found = _ready("True", reason, "The job runs as the spec says.", schedule=parts.pop("schedule", "Active"))
    template = parts.pop("template", "scim")
    found["spec"] = {**_spec(number, template), "freshness": {"maxAge": "24h"}}
    found["status"]["job"]["templateId"] = template
    found["status"]["synchronizationStatus"] = {
        "code": code,
        "countSuccessiveCompleteFailures": 0,
        "lastExecution": execution,
        "lastSuccessfulExecution": execution,
        "lastSuccessfulExecutionWithExports": execution,
        "steadyStateFirstAchievedTime": "2026-06-02T10:00:00Z",
        "steadyStateLastAchievedTime": _ENDED,
        "synchronizedEntryCountByType": [{"key": "user to User", "value": 40_112 + number}],
        "progress": [],
        **parts,
    }
    return found


def _ready(status: str, reason: str, message: str, *, schedule: str = "Active") -> dict[str, Any]:
    return {
        "spec": _spec(0),
        "status": {
            "tenantId": "7a1c1e1a-93a0-4f7e-8d57-6c7a3f0b9a11",
            "effective": {"managementPolicy": "Manage", "deletionPolicy": "Retain", "pollInterval": "10m"},
            "conditions": [condition("Ready", status, reason, message)],
            "job": {
                "id": "scim.7a1c1e1a93a04f7e8d576c7a3f0b9a11.5a0e2f0c-6f0f-4a38-9b3f-3b1f5c3b0d61",
                "schedule": {"state": schedule, "interval": "PT40M"},
            },
        },
    }


def _quarantined() -> dict[str, Any]:
    message = (
        "Graph has put the job in quarantine because it would delete 612 users, more than the threshold of 500. "
        "Approve them with spec.application.accidentalDeletions.approve, or correct the source and wait."
    )
    failed = run(612, 0, 612, state="Failed") | {
        "error": {"code": "QuarantineOnDeletes", "message": "Held 612 deletions of anna@example.com and others."}
    }
    found = _job(3, "Quarantine", "Quarantined", failed, template="salesforce", countSuccessiveCompleteFailures=14)
    live = found["status"]["synchronizationStatus"]
    live["lastSuccessfulExecution"] = run(9, 9, 0, ended="2026-11-20T09:00:00Z")
    live["quarantine"] = {
        "reason": "TooManyDeletes",
        "currentBegan": "2026-11-20T10:00:00Z",
        "seriesBegan": "2026-11-20T09:40:00Z",
        "seriesCount": 6,
        "nextAttempt": "2026-12-01T09:00:00Z",
    }
    found["status"]["conditions"] = [
        condition("Ready", "False", "Quarantined", message),
        condition("Quarantined", "True", "TooManyDeletes", message),
        condition("Applied", "True", "Applied", "Graph has what the spec wants."),
    ]
    return found


def _overdue() -> dict[str, Any]:
    message = "No run has succeeded since 2026-10-03 04:00:00 UTC. Look at the provisioning log of the app."
    execution = run(10, 0, 10, state="Failed")
    found = _job(4, "Active", "Healthy", execution, countSuccessiveCompleteFailures=3)
    found["status"]["synchronizationStatus"] |= {
        "lastSuccessfulExecution": run(10, 10, 0, ended="2026-10-03T04:00:00Z"),
        "progress": [{"units": "users", "completedUnits": 1_250, "totalUnits": 9_800}],
    }
    found["status"]["conditions"].append(condition("Overdue", "True", "NoRecentSuccess", message))
    return found


def _stalled() -> dict[str, Any]:
    message = (
        "The app of the operator may not write this job: it lacks the permission Synchronization.ReadWrite.All. Have "
        "an administrator consent to it. The next try is at 2026-11-30 14:00:00 UTC."
    )
    found = _ready("False", "PermissionMissing", message)
    found["status"]["conditions"].append(condition("Stalled", "True", "PermissionMissing", message))
    del found["status"]["job"]
    return found


def _hostile() -> dict[str, Any]:
    """A job whose every text that Graph or a person chooses is markup."""
    found = _job(8, HOSTILE, "Healthy", run(1, 1, 1, state=HOSTILE))
    live = found["status"]["synchronizationStatus"]
    live["synchronizedEntryCountByType"] = [{"key": HOSTILE, "value": 77}]
    live["lastExecution"] |= {"activityIdentifier": HOSTILE, "error": {"code": HOSTILE}}
    live["progress"] = [{"units": HOSTILE, "completedUnits": 1, "totalUnits": 2}]
    live["troubleshootingUrl"] = "javascript:alert('hostile')"
    live["quarantine"] = {"reason": HOSTILE, "error": {"code": HOSTILE}}
    found["status"]["job"] = {"id": HOSTILE, "schedule": {"state": HOSTILE, "interval": HOSTILE}}
    found["status"]["conditions"] = [
        condition("Ready", "False", "Quarantined", HOSTILE),
        condition("Quarantined", "True", "Unknown", HOSTILE),
    ]
    return found
