"""A SynchronizationJob with all that a description tells of."""

from typing import Any

NOW = "2026-11-30T12:00:00Z"

SPEC: dict[str, Any] = {
    "servicePrincipal": {"objectId": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"},
    "template": {"id": "scim"},
    "connectionRef": {"name": "contoso"},
    "managementPolicy": "Manage",
    "schedule": {"state": "Active", "interval": "PT40M", "expiration": "2027-01-01T00:00:00Z"},
    "freshness": {"maxAge": "2h"},
    "settings": [{"name": "LookaheadQueryEnabled", "value": "False"}],
    "application": {
        "credentials": {"entries": [{"key": "BaseAddress", "value": "https://scim.example.com/?token=sesame"}]},
        "notifications": {"recipients": ["iam@example.com"]},
    },
}

ERROR = {
    "code": "SystemForCrossDomainIdentityManagementCredentialValidationFailure",
    "message": "The target answered 401 Unauthorized.",
    "tenantActionable": True,
}

SUCCESS: dict[str, Any] = {
    "activityIdentifier": "5f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e05",
    "state": "Succeeded",
    "timeBegan": "2026-11-29T11:55:00Z",
    "timeEnded": "2026-11-29T12:00:00Z",
    "countImported": 20,
    "countExported": 4,
    "countEscrowed": 1,
}

QUARANTINE_MESSAGE = (
    "Graph holds job scim.1 in quarantine since 2026-11-29 14:00:00 UTC (EncounteredQuarantineException). Mend the "
    "cause, then wait for the next attempt, or restart the job by the annotation entrasync.io/restart-requested-at."
)


def condition(kind: str, status: str, reason: str, message: str = "") -> dict[str, Any]:
    """A condition as the operator writes it."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-11-29T14:00:00Z",
        "observedGeneration": 1,
    }


STATUS: dict[str, Any] = {
    "observedGeneration": 1,
    "tenantId": "7a2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e07",
    "servicePrincipalId": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01",
    "origin": "Adopted",
    "originTime": "2026-11-20T12:00:00Z",
    "effective": {"managementPolicy": "Manage", "deletionPolicy": "Retain", "pollInterval": "10m"},
    "conditions": [
        condition("Ready", "False", "Quarantined", QUARANTINE_MESSAGE),
        condition("Applied", "True", "Applied"),
        condition("Stalled", "True", "Quarantined", QUARANTINE_MESSAGE),
        condition("Quarantined", "True", "EncounteredQuarantineException", QUARANTINE_MESSAGE),
    ],
    "restarts": {
        "request": {
            "token": "2026-11-30",
            "time": "2026-11-30T09:00:00Z",
            "outcome": "Restarted",
            "scope": ["Watermark", "Escrows", "QuarantineState"],
        }
    },
    "schema": {
        "generation": 1,
        "backups": [{"name": "crm-schema-1", "time": "2026-11-25T12:00:00Z", "diffHash": "sha256:1"}],
    },
    "lastDrift": {
        "time": "2026-11-28T12:00:00Z",
        "differences": [{"field": "spec.settings[LookaheadQueryEnabled]", "wanted": "False", "found": "True"}],
    },
    "job": {
        "id": "scim.7a2c7c1e5b0e4b579a431d1d6a3f8e07.9a43",
        "templateId": "scim",
        "schedule": {"state": "Active", "interval": "PT40M"},
    },
    "synchronizationStatus": {
        "code": "Quarantine",
        "countSuccessiveCompleteFailures": 3,
        "steadyStateFirstAchievedTime": "2026-11-21T12:00:00Z",
        "synchronizedEntryCountByType": [{"key": "user to User", "value": 1203}],
        "lastExecution": {
            "state": "Failed",
            "timeBegan": "2026-11-30T10:00:00Z",
            "timeEnded": "2026-11-30T10:01:30Z",
            "error": ERROR,
        },
        "lastSuccessfulExecution": SUCCESS,
        "lastSuccessfulExecutionWithExports": SUCCESS,
        "quarantine": {
            "reason": "EncounteredQuarantineException",
            "seriesBegan": "2026-11-29T14:00:00Z",
            "currentBegan": "2026-11-30T10:01:30Z",
            "seriesCount": 3,
            "nextAttempt": "2026-11-30T22:00:00Z",
            "error": ERROR,
        },
    },
}


def make_job(**parts: Any) -> dict[str, Any]:
    """The job as the API server has it. `parts` replace members of its metadata, spec and status."""
    metadata = {"namespace": "identity", "name": "crm", "uid": "1", "generation": 1, **parts.pop("metadata", {})}
    status = {**STATUS, **parts.pop("status", {})}
    return {"metadata": metadata, "spec": {**SPEC, **parts.pop("spec", {})}, "status": status}
