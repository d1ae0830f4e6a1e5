"""The manifest of a job: what Graph shows of it as the spec of a SynchronizationJob, with notes for people."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from entrasync.api.job.spec import JobSetting
from entrasync.api.names import API_VERSION, KIND
from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.remote.job_settings import read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.graph.service_principals import ServicePrincipal
from kubectl_entrasync.import_jobs.application import TakenApplication, is_valid

_STATES = {"Active": "Active", "Disabled": "Paused", "Paused": "Paused"}
"""Graph's words for the state of a schedule, as spec has them (graph-facts 0.2)."""


class SecretForm(StrEnum):
    """How the values that Graph does not show are asked for."""

    SECRET = "secret"  # noqa: S105  the name of a form
    EXTERNAL_SECRET = "external-secret"  # noqa: S105  the name of a form
    NONE = "none"


@dataclass(frozen=True)
class ImportOptions:
    """What manifests are written like."""

    namespace: str | None = None
    connection: str | None = None
    observe: bool = False
    with_schema: bool = False
    secrets: SecretForm = SecretForm.SECRET
    secret_store: str | None = None


@dataclass(frozen=True)
class Manifest:
    """A document with what is said above it."""

    document: Mapping[str, Any]
    comments: tuple[str, ...] = ()
    """Lines, the indentation of which is kept."""


def write_metadata(name: str, options: ImportOptions, **more: Any) -> dict[str, Any]:
    """Return the metadata of an object."""
    where = {"namespace": options.namespace} if options.namespace else {}
    return {"name": name, **where, **more}


def write_manifest(
    job: RemoteJob,
    principal: ServicePrincipal,
    *,
    name: str,
    application: TakenApplication | None,
    options: ImportOptions,
) -> tuple[Manifest, tuple[str, ...]]:
    """Write the resource of a job, and notes of what was not taken over. `application` is None for its siblings."""
    settings, notes = _take_settings(job)
    state = _STATES.get(job.schedule_state or "")
    spec: dict[str, Any] = {
        **({"connectionRef": {"name": options.connection}} if options.connection else {}),
        "servicePrincipal": {"objectId": principal.id},
        "template": {"id": find_template(job)},
        "jobId": job.id,
        **({"schedule": {"state": state}} if state else {}),
        **({"application": dict(application.spec)} if application and application.spec else {}),
        **({"settings": settings} if settings else {}),
        **({"managementPolicy": "Observe"} if options.observe else {}),
    }
    if state is None:
        notes.append("Graph shows no state of the schedule that spec has. The job is neither started nor paused.")
    notes += application.notes if application else ()
    document = {"apiVersion": API_VERSION, "kind": KIND, "metadata": write_metadata(name, options), "spec": spec}
    return Manifest(document, (*_introduce(job, principal, application), *notes)), tuple(notes)


def find_template(job: RemoteJob) -> str:
    """Return the template of a job, which its id begins with too (graph-facts 4.1)."""
    return job.template_id or job.id.split(".")[0]


def _introduce(job: RemoteJob, principal: ServicePrincipal, application: TakenApplication | None) -> list[str]:
    lines = [f"Taken over from {principal.display_name or 'a service principal without a name'}."]
    if interval := read_text(read_object(job.raw.get("schedule")).get("interval")):
        lines.append(f"Entra runs it by the interval {interval}, which it decides itself.")
    if application is None:
        lines.append("What belongs to the service principal is in the manifest of another job of it.")
    return lines


def _take_settings(job: RemoteJob) -> tuple[list[dict[str, str]], list[str]]:
    found = read_settings(job.raw) or ()
    counts = Counter(name for name, _ in found)
    taken, notes = [], []
    for name, value in found:
        entry = {"name": name, "value": value}
        if value is None or counts[name] > 1 or not is_valid(JobSetting, entry):
            notes.append(f"The setting {name} cannot be written in spec. It is left as it is.")
        else:
            taken.append({"name": name, "value": value})
    return taken, list(dict.fromkeys(notes))
