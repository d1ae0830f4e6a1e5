"""Keeps the schema from before a change in a ConfigMap, from which `spec.schema.from` can restore it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from entrasync.api.names import (
    EVENT_SOURCE,
    JOB_ID_ANNOTATION,
    SCHEMA_BACKUP_LABEL,
    SCHEMA_OF_ANNOTATION,
    SERVICE_PRINCIPAL_ANNOTATION,
)
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schema_record import Backup
from entrasync.core.resource.config_map import NewConfigMap
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schema.actions import PutSchema
from entrasync.core.schema.backup import (
    BACKUP_KEY,
    MAX_BACKUP_BYTES,
    is_backup_name,
    keep_backups,
    name_backup,
    pack_schema,
)
from entrasync.reconcile.ports.kubernetes import ConfigMapRefused, ConfigMapStore, ConfigMapTaken
from entrasync.reconcile.step.resource_writer import ResourceWriter


class SchemaBackups:
    """Makes the backup that a change of a schema needs, and deletes the oldest ones.

    A process that ends in between makes no second one: the name stands for the schema. The record names a backup before
    the change is sent, and until its ConfigMap is deleted.
    """

    def __init__(self, config_maps: ConfigMapStore, writer: ResourceWriter, clock: Clock) -> None:
        self._config_maps = config_maps
        self._writer = writer
        self._clock = clock

    async def keep(self, action: PutSchema, resource: Resource) -> Resource:
        """Back up the schema that a change replaces. Returns the working copy, whose record names the backup.

        Raises `Halted` (SCHEMA_BACKUP_FAILED) when the API server does not let it be made, somebody else has made a
        ConfigMap of its name, or the schema is too large.
        """
        packed = await asyncio.to_thread(pack_schema, action.replaced)
        if len(packed) > MAX_BACKUP_BYTES:
            raise _failed(
                f"the schema has {len(packed)} bytes when packed, and a ConfigMap holds {MAX_BACKUP_BYTES}",
                "Make the schema smaller in the portal",
            )
        made = Backup(name_backup(resource.key.name, resource.uid, packed), self._clock.now(), action.diff_hash)
        kept, dropped = keep_backups(resource.record.schema.backups, made, named=_find_named(resource))
        await self._make(_write(made, packed, action, resource), dropped, resource)
        return await self._writer.write_change(resource, lambda record: _with_backups(record, kept))

    async def _make(self, config_map: NewConfigMap, dropped: Sequence[Backup], resource: Resource) -> None:
        namespace = resource.key.namespace
        try:
            await self._config_maps.create(config_map)
            for backup in dropped:
                if is_backup_name(backup.name, resource.key.name):  # a status may name anything
                    await self._config_maps.delete(ObjectKey(namespace, backup.name))
        except ConfigMapTaken as error:
            raise _failed(str(error), "Delete that ConfigMap, if nobody needs it") from error
        except ConfigMapRefused as error:
            raise _failed(
                f"the API server says: {error}",
                f"Let the operator's ServiceAccount get, create and delete configmaps in namespace {namespace}, and "
                "make room in its quota",
            ) from error


def _write(made: Backup, packed: bytes, action: PutSchema, resource: Resource) -> NewConfigMap:
    """Write the ConfigMap of a backup. It has no owner, because it is to outlive the resource."""
    return NewConfigMap(
        ObjectKey(resource.key.namespace, made.name),
        {BACKUP_KEY: packed},
        labels={"app.kubernetes.io/managed-by": EVENT_SOURCE, SCHEMA_BACKUP_LABEL: "true"},
        annotations={
            SCHEMA_OF_ANNOTATION: resource.key.name,
            JOB_ID_ANNOTATION: action.job_id,
            SERVICE_PRINCIPAL_ANNOTATION: action.service_principal_id,
        },
    )


def _find_named(resource: Resource) -> str | None:
    """Return the name of the ConfigMap that spec reads its schema from."""
    schema = resource.desired.schema if resource.desired else None
    return schema.source.config_map_key_ref.name if schema and schema.source else None


def _with_backups(record: JobRecord, backups: tuple[Backup, ...]) -> JobRecord:
    return replace(record, schema=replace(record.schema, backups=backups))


def _failed(why: str, remedy: str) -> Halted:
    return Halted(
        Stall(
            Reason.SCHEMA_BACKUP_FAILED,
            f"The schema is not changed, because it cannot be backed up in a ConfigMap before: {why.rstrip('.')}. "
            f"{remedy}, or set spec.schema.backup to Never.",
        )
    )
