"""Builders of the facts that the core decides about. Each gives the usual case, and a test names what is unusual."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.core.facts.application_seen import ApplicationSeen, Credentials
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Misses, Observed
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.record.schedule_record import UnshownChange
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.job_resource import Resource

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
TENANT = "7e9c1b52-0c1d-4f7e-8a53-3b1f0f6a9d11"
PRINCIPAL = "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"
OTHER_PRINCIPAL = "aaaaaaaa-5b0e-4b57-9a43-1d1d6a3f8e02"
JOB = "job.tenant.1"
NEVER = "0001-01-01T00:00:00Z"


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def ago(delay: timedelta) -> datetime:
    return NOW - delay


def remote_job(
    job_id: str = JOB, *, template: str | None = "scim", state: Any = "Active", code: str = "Active", **status: Any
) -> RemoteJob:
    """A job as Graph sends it; keywords are members of its status."""
    return RemoteJob(
        job_id,
        {
            "id": job_id,
            "templateId": template,
            "schedule": {"expiration": None, "interval": "PT40M", "state": state},
            "status": {"code": code, "escrowsPruned": False, "quarantine": None} | status,
            "synchronizationJobSettings": [],
        },
    )


def quarantined_job(job_id: str = JOB, *, tenant_actionable: Any = True, **overlay: Any) -> RemoteJob:
    """A job in quarantine for an hour; keywords are members of the quarantine."""
    quarantine = {
        "reason": "EncounteredQuarantineException",
        "seriesBegan": write_time(ago(timedelta(hours=1))),
        "currentBegan": write_time(ago(timedelta(hours=1))),
        "nextAttempt": write_time(NOW + timedelta(hours=5)),
        "seriesCount": 1,
        "error": {"code": "InvalidCredentials", "message": "No.", "tenantActionable": tenant_actionable},
    } | overlay
    return remote_job(job_id, code="Quarantine", quarantine=quarantine)


def listing(*jobs: RemoteJob, read_at: datetime = NOW, is_complete: bool = True) -> JobListing:
    return JobListing(jobs, read_at, is_complete)


def desired(**overlay: Any) -> Desired:
    usual: dict[str, Any] = {
        "service_principal_id": PRINCIPAL,
        "template_id": "scim",
        "poll_interval": minutes(5),
    }
    return Desired(**(usual | overlay))


def operation(started_at: datetime, *before: str, template: str = "scim", action: str = "CreateJob") -> dict[str, Any]:
    """An unfinished create as status stores it."""
    return {
        "action": action,
        "startedAt": write_precise_time(started_at),
        "servicePrincipalId": PRINCIPAL,
        "templateId": template,
        "jobIdsBefore": list(before),
    }


def unshown(state: ScheduleState, at: datetime, *, cause: str | None = None, generation: int = 1) -> dict[str, Any]:
    """The status of a start or a pause that Graph took and does not show."""
    return {"unshownChange": UnshownChange(state, at, cause, generation).write()}


def resource(
    wish: Desired | None = None,
    *,
    name: str = "salesforce",
    status: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
    finalizers: tuple[str, ...] | None = None,
    **overlay: Any,
) -> Resource:
    """A resource that has our finalizer, unless it only observes."""
    wish = wish or desired()
    if finalizers is None:
        finalizers = () if wish.is_observe_only else (FINALIZER,)
    usual: dict[str, Any] = {
        "key": ObjectKey("identity", name),
        "uid": f"uid-of-{name}",
        "generation": 1,
        "resource_version": "1",
        "created_at": ago(timedelta(days=1)),
        "desired": wish,
        "finalizers": finalizers,
        "annotations": annotations or {},
        "status": status or {},
    }
    return Resource(**(usual | overlay))


def holder(
    job_id: str = JOB,
    wish: Desired | None = None,
    *,
    origin: str = "Created",
    status: Mapping[str, Any] | None = None,
    annotations: Mapping[str, str] | None = None,
    **overlay: Any,
) -> Resource:
    """A resource that has held a job for a day."""
    known: dict[str, Any] = {
        "observedGeneration": 1,
        "tenantId": TENANT,
        "servicePrincipalId": PRINCIPAL,
        "origin": origin,
        "originTime": write_time(ago(timedelta(days=1))),
        "job": {"id": job_id, "templateId": "scim", "schedule": {"state": "Active"}},
        "synchronizationStatus": {"code": "Active", "escrowsPruned": False},
    }
    ours = {JOB_ID_ANNOTATION: job_id, JOB_ORIGIN_ANNOTATION: origin}
    annotated = ours | dict(annotations or {})
    return resource(wish, status=known | dict(status or {}), annotations=annotated, **overlay)


def claim(name: str = "other", **overlay: Any) -> Claim:
    """A claim of another resource: younger than ours, of the same template, without a job."""
    usual: dict[str, Any] = {
        "key": ObjectKey("identity", name),
        "created_at": ago(timedelta(hours=1)),
        "template_id": "scim",
        "held_job_id": None,
        "wanted_job_id": None,
        "is_recorded": True,
    }
    return Claim(**(usual | overlay))


def misses(count: int, span: timedelta) -> Misses:
    return Misses(count, ago(span), NOW)


def facts(
    subject: Resource | None = None,
    *jobs: RemoteJob,
    job: RemoteJob | None = None,
    now: datetime = NOW,
    read_at: datetime | None = None,
    is_complete: bool = True,
    tenant: str = TENANT,
    **observed: Any,
) -> Facts:
    """The facts of a pass: the listed jobs, and of them the held or named one, unless `job` is given."""
    subject = subject or resource()
    assert subject.desired is not None
    seen = listing(*jobs, read_at=read_at or now, is_complete=is_complete)
    job_id = subject.held_job_id or (None if subject.create_intent else subject.desired.job_id)
    found = job or (seen.find(job_id) if job_id else None)
    return Facts(subject, subject.desired, Observed(tenant, seen, found, **observed), now)


def application(*entries: str, scope: str | None = None, skip: str | None = None, **overlay: Any) -> ApplicationSpec:
    """A spec.application: entries are `Key=value`, or `Key<secret.key` for one that a Secret holds."""
    members: dict[str, Any] = {"provisioningScope": scope, "outOfScopeDeletions": skip}
    options = {name: overlay.pop(name) for name in ("validation", "onDelete", "otherKeys") if name in overlay}
    if entries:
        members["credentials"] = {"entries": [_entry(text) for text in entries], **options}
    return ApplicationSpec.model_validate(members | overlay)


def _entry(text: str) -> dict[str, Any]:
    key, _, reference = text.partition("<")
    if reference:
        name, _, item = reference.partition(".")
        return {"key": key, "valueFrom": {"secretKeyRef": {"name": name, "key": item}}}
    key, _, value = text.partition("=")
    return {"key": key, "value": value}


def application_seen(
    stored: Mapping[str, str] | None = None, values: Mapping[str, str] | None = None, **overlay: Any
) -> ApplicationSeen:
    """What a pass knows of the secrets; `stored` is what Graph shows, None if Graph was not read."""
    credentials = overlay.pop("credentials", Credentials(SecretValues(values or {})))
    return ApplicationSeen(credentials, None if stored is None else SecretValues(stored), **overlay)
