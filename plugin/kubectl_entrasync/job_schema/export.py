"""The live schema of one job."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.schema import Schema, writable
from entrasync.core.resource.parsing import read_resource
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.import_jobs.folder import write_text
from kubectl_entrasync.import_jobs.manifests import ImportOptions, Manifest
from kubectl_entrasync.import_jobs.stubs import write_schema
from kubectl_entrasync.tenant.access import TenantFlags, open_tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal


class ExportFormat(StrEnum):
    """How a schema is printed."""

    YAML = "yaml"
    JSON = "json"
    CONFIG_MAP = "configmap"


@dataclass(frozen=True)
class JobPlace:
    """Where a job is in Graph."""

    service_principal_id: str
    job_id: str


def find_place(stored: dict[str, Any]) -> JobPlace:
    """Return the job that a resource holds or names. Raises `Failure`."""
    resource = read_resource(stored)
    if resource.job_id is None or resource.service_principal_id is None:
        raise Failure(
            f"SynchronizationJob {resource.key} has no job yet. Look what it waits for with `kubectl entrasync "
            f"describe {resource.key.name}`."
        )
    return JobPlace(resource.service_principal_id, resource.job_id)


async def export_schema(flags: TenantFlags, place: JobPlace) -> Schema:
    """Read the schema of a job. Raises `Failure`."""
    async with open_tenant(flags) as tenant:
        try:
            schema = await read_patiently(
                lambda: tenant.graph.get_schema(place.service_principal_id, place.job_id), tenant.limiter.clock
            )
        except EntraSyncError as error:
            raise Failure(explain_refusal(error)) from error
    return writable(schema)


def write_config_map(schema: Schema, name: str, namespace: str) -> str:
    """Write the ConfigMap that `schema.from` reads, with comments that say how. Raises `Failure`."""
    manifest, comments = write_schema(f"{name}-schema", schema, ImportOptions(namespace))
    if manifest is None:
        raise Failure(f"{comments[0]} Export it with --output json, and keep only the parts that you change in spec.")
    return write_text(Manifest(manifest.document, comments))


def write_yaml(schema: Schema) -> str:
    """Write a schema as YAML."""
    return yaml.safe_dump(dict(schema), sort_keys=False, allow_unicode=True)
