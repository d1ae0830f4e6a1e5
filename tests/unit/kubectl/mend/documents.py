"""SynchronizationJobs as the API server sends them, for the tests of requests to the operator."""

from typing import Any

from kubectl_entrasync.mend.job import Job, read_job

TOKEN = "2026-11-30T12:00:00.000001Z"
BEFORE = "2026-11-30T11:00:00.000001Z"
HANDLED = {"lastHandledReconcileAt": TOKEN}
ACTIVE = {"job": {"id": "job.1", "schedule": {"state": "Active"}}}
PAUSED = {"job": {"id": "job.1", "schedule": {"state": "Disabled"}}}


def conditions(**messages: str) -> dict[str, Any]:
    """Conditions that are True, by type with their messages."""
    entries = [
        {"type": kind, "status": "True", "reason": "Because", "message": message} for kind, message in messages.items()
    ]
    return {"conditions": entries}


def document(
    *parts: dict[str, Any], annotations: dict[str, str] | None = None, deleted: bool = False, **spec: Any
) -> dict[str, Any]:
    """A job whose status has several parts."""
    status = {name: value for part in parts for name, value in part.items()}
    metadata = {"namespace": "identity", "name": "crm", "uid": "1", "annotations": annotations or {}}
    when = {"deletionTimestamp": "2026-11-30T10:00:00Z"} if deleted else {}
    return {"metadata": metadata | when, "spec": spec, "status": status}


def job(*parts: dict[str, Any], **others: Any) -> Job:
    """The same, read."""
    return read_job(document(*parts, **others))
