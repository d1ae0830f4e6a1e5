"""Reads the whole schemas that a spec names: that of a ConfigMap, or that of the job's template."""

import asyncio
from dataclasses import dataclass

from entrasync.api.names import JOB_ID_ANNOTATION, SCHEMA_OF_ANNOTATION, SERVICE_PRINCIPAL_ANNOTATION
from entrasync.api.policies import SchemaPolicy
from entrasync.api.reasons import Reason
from entrasync.api.references import ConfigMapKeyReference
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.remote.schema import Schema
from entrasync.core.resource.config_map import ConfigMap
from entrasync.core.schema.document import NoSchema, read_document
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import ConfigMapRefused, ConfigMapStore

MAX_NAMED_KEYS = 8
PLACE = "spec.schema.from.configMapKeyRef"


@dataclass(frozen=True)
class WholeSchema:
    """A whole schema, and the version of the ConfigMap that it was read from."""

    schema: Schema
    version: ConfigMapVersion | None = None


class SchemaSources:
    """Reads whole schemas. A ConfigMap is read only when its version is not the one that Graph was seen to match."""

    def __init__(self, config_maps: ConfigMapStore) -> None:
        self._config_maps = config_maps

    async def find_version(self, facts: Facts) -> ConfigMapVersion | None:
        """Read which version of the ConfigMap there is; None where spec names none.

        Raises `Halted` (SCHEMA_SOURCE_UNREADABLE) without the right to read it, and `ApiServerUnavailable`.
        """
        if (reference := _find_reference(facts)) is None:
            return None
        key = ObjectKey(facts.resource.key.namespace, reference.name)
        try:
            return await self._config_maps.read_version(key)
        except ConfigMapRefused as error:
            raise _forbidden(key, error) from error

    async def load(self, facts: Facts, api: SyncApi, job_id: str) -> WholeSchema | None:
        """Read the schema that the job is to have; None where spec merges parts into the one that there is.

        Raises `Halted` (SCHEMA_SOURCE_UNREADABLE) when the ConfigMap has no schema of this job, `ApiServerUnavailable`,
        and what `SyncApi` raises.
        """
        spec = facts.desired.schema
        if spec is not None and spec.policy is SchemaPolicy.TEMPLATE_DEFAULT:
            job_template = facts.job.template_id if facts.job else None
            template_id = job_template or facts.desired.template_id  # Graph may have answered a create with another
            return WholeSchema(await api.get_template_schema(facts.service_principal_id, template_id))
        reference = _find_reference(facts)
        return None if reference is None else await self._read(facts, reference, job_id)

    async def _read(self, facts: Facts, reference: ConfigMapKeyReference, job_id: str) -> WholeSchema:
        key = ObjectKey(facts.resource.key.namespace, reference.name)
        try:
            config_map = await self._config_maps.read(key)
        except ConfigMapRefused as error:
            raise _forbidden(key, error) from error
        if config_map is None:
            raise _unreadable(f"There is no ConfigMap {key}. {PLACE} needs it: create it, or correct the reference.")
        content, former = _find_content(config_map, key, reference.key), _find_former_job(config_map, facts)
        try:
            schema = await asyncio.to_thread(read_document, content, job_id, former_job_id=former)
            return WholeSchema(schema, config_map.version)
        except NoSchema as error:
            raise _unreadable(
                f"Key {reference.key} of ConfigMap {key} {error}. Put a schema of this job there, as Graph shows it or "
                "as a backup has it."
            ) from error


def _find_reference(facts: Facts) -> ConfigMapKeyReference | None:
    spec = facts.desired.schema
    return spec.source.config_map_key_ref if spec and spec.source else None


def _find_content(config_map: ConfigMap, key: ObjectKey, name: str) -> bytes:
    content = config_map.data.get(name)
    if content is None:
        named = ", ".join(sorted(config_map.data)[:MAX_NAMED_KEYS])
        keys = f"It has: {named}." if named else "It is empty."
        raise _unreadable(
            f"ConfigMap {key} has no key {name}. {keys} {PLACE} needs the key: add it, or correct the reference."
        )
    return content


def _find_former_job(config_map: ConfigMap, facts: Facts) -> str | None:
    """Return the job whose schema a backup has, if it is one of this resource and of its service principal."""
    known = config_map.annotations
    is_own = known.get(SCHEMA_OF_ANNOTATION) == facts.resource.key.name
    is_of_same_application = is_same_id(known.get(SERVICE_PRINCIPAL_ANNOTATION) or "", facts.service_principal_id)
    return known.get(JOB_ID_ANNOTATION) if is_own and is_of_same_application else None


def _forbidden(key: ObjectKey, error: ConfigMapRefused) -> Halted:
    return _unreadable(
        f"ConfigMap {key} may not be read: the operator lacks the right get on configmaps in namespace "
        f"{key.namespace}. Grant it to the operator's ServiceAccount there. The API server says: {error}."
    )


def _unreadable(message: str) -> Halted:
    return Halted(Stall(Reason.SCHEMA_SOURCE_UNREADABLE, message))
