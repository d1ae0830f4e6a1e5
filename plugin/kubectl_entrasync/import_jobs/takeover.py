"""Makes files of what was read of a tenant. No I/O."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from entrasync.api.job.spec import SynchronizationJobSpec
from entrasync.core.remote.jobs import RemoteJob
from kubectl_entrasync.import_jobs.application import TakenApplication, take_application
from kubectl_entrasync.import_jobs.manifests import ImportOptions, Manifest, find_template, write_manifest
from kubectl_entrasync.import_jobs.names import JobName, NamedJob, name_jobs
from kubectl_entrasync.import_jobs.reading import FoundPrincipal, Problem
from kubectl_entrasync.import_jobs.stubs import suggest_entries, write_schema, write_secret_stub


@dataclass(frozen=True)
class TakenJob:
    """One job as files, the manifest first, by their names."""

    name: str
    job_id: str
    service_principal: str
    display_name: str
    template: str
    state: str | None
    files: Mapping[str, Manifest]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The name of the manifest's file."""
        return next(iter(self.files))


@dataclass
class Takeover:
    """All jobs as files, sorted by name, and what cannot be one."""

    jobs: list[TakenJob] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def take_over(
    found: Iterable[FoundPrincipal],
    options: ImportOptions,
    known: Mapping[str, str],
    *,
    reserved: Collection[str] = (),
) -> Takeover:
    """Make the files of all jobs. `known` and `reserved` are those of `name_jobs`."""
    ordered = sorted(found, key=lambda each: each.principal.id)
    names = name_jobs((named for each in ordered for named in _name(each)), known, reserved=reserved)
    takeover = Takeover()
    for each in ordered:
        application: TakenApplication | None = take_application(each.stored)
        for job in sorted(each.jobs, key=lambda job: job.id):
            taken = _take_job(each, job, names[job.id], application, options)
            if fault := _find_fault(taken.files[taken.file]):
                message = f"The job {job.id} cannot be written as a SynchronizationJob: {fault}."
                takeover.problems.append(Problem(each.principal.id, each.principal.display_name, message))
                continue
            takeover.jobs.append(taken)
            application = None
    takeover.jobs.sort(key=lambda job: job.name)
    return takeover


def _name(found: FoundPrincipal) -> Iterator[NamedJob]:
    for job in found.jobs:
        yield NamedJob(job.id, found.principal.display_name, find_template(job), has_siblings=len(found.jobs) > 1)


def _take_job(
    found: FoundPrincipal, job: RemoteJob, name: JobName, application: TakenApplication | None, options: ImportOptions
) -> TakenJob:
    principal, secret = found.principal, f"{name.name}-credentials"
    manifest, notes = write_manifest(job, principal, name=name.name, application=application, options=options)
    missing = application.missing if application else ()
    beside: dict[str, Manifest] = {}
    comments = suggest_entries(secret, missing, options)
    if (stub := write_secret_stub(secret, missing, options)) is not None:
        beside[f"{name.name}.secret.yaml"] = stub
    if job.id in found.schemas:
        exported, suggestion = write_schema(f"{name.name}-schema", found.schemas[job.id], options)
        comments += suggestion
        if exported is None:
            notes += suggestion
        else:
            beside[f"{name.name}.schema.yaml"] = exported
    notes = (*_explain_name(name, principal.display_name), *notes)
    files = {f"{name.name}.yaml": replace(manifest, comments=(*manifest.comments, *comments)), **beside}
    return TakenJob(
        name=name.name,
        job_id=job.id,
        service_principal=principal.id,
        display_name=principal.display_name,
        template=find_template(job),
        state=job.schedule_state,
        files=files,
        missing=missing,
        notes=notes,
    )


def _explain_name(name: JobName, display_name: str) -> Iterator[str]:
    """Say why a name is not that of the service principal, where people would wonder."""
    if not display_name:
        yield f"The service principal has no display name, so the resource is called {name.name}."
    elif name.is_nameless:
        yield f"{display_name} has no letter of names in Kubernetes (a to z), so the resource is called {name.name}."
    elif name.is_shared:
        yield f"Another job is named like {display_name}, so the name has a suffix."
    elif name.is_reserved:
        yield f"The file named like {display_name} is for something else, so the name has a suffix."


def _find_fault(manifest: Manifest) -> str | None:
    try:
        SynchronizationJobSpec.model_validate(manifest.document["spec"])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}".rstrip(".")
    return None


def list_resources(jobs: Sequence[TakenJob]) -> list[str]:
    """Return the names of all files, sorted, as a kustomization lists them."""
    return sorted(name for job in jobs for name in job.files)
