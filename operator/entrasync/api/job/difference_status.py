"""What a SynchronizationJob's status says of differences between Graph and spec, and of the job's schema."""

from entrasync.api.model import ApiModel


class Difference(ApiModel):
    """One thing in Graph that is not as spec wants it."""

    field: str | None = None
    """Where in spec it is said."""

    wanted: str | None = None
    """What spec wants. Absent for secrets."""

    found: str | None = None
    """What Graph has. Absent for secrets."""


class DriftRecord(ApiModel):
    """The last time that Graph was found changed by somebody else."""

    time: str | None = None
    """When it was seen (UTC)."""

    differences: list[Difference] | None = None
    """What was different."""


class SentSchemaRecord(ApiModel):
    """A change of the schema that Graph accepted, and does not show yet or showed just now."""

    diff_hash: str | None = None
    """What stands for the change."""

    time: str | None = None
    """When it was sent (UTC)."""

    wish_hash: str | None = None
    """What stands for all that spec.schema wanted then. As long as it wants the same and reads may be stale, nothing
    else is sent."""

    shown: bool | None = None
    """True: Graph has shown it. Absent: not yet."""

    request: str | None = None
    """The annotation entrasync.io/requested-at or reconcile.fluxcd.io/requestedAt as it was then. With another value
    the same change is sent again."""


class SchemaBackupRecord(ApiModel):
    """A ConfigMap of this namespace that has the schema from before a change, under the key schema.json.gz."""

    name: str | None = None
    """Name of the ConfigMap."""

    time: str | None = None
    """When it was made (UTC)."""

    diff_hash: str | None = None
    """What stands for the change that came after it."""


class SchemaSourceRecord(ApiModel):
    """The ConfigMap that a whole schema was read from."""

    name: str | None = None
    """Name of the ConfigMap."""

    uid: str | None = None
    """Its uid."""

    resource_version: str | None = None
    """Its version for which Graph was last seen to match."""


class SchemaRecord(ApiModel):
    """How the job's schema in Graph differs from spec.schema."""

    generation: int | None = None
    """The metadata.generation for which Graph was last seen to match. Absent: none yet."""

    differences: list[Difference] | None = None
    """What differs, at most 32 places. Absent: nothing."""

    count: int | None = None
    """How many differences there are in all. Absent: none."""

    diff_hash: str | None = None
    """What stands for the differences, to be written into spec.schema.approvedDiff. Absent: there are none."""

    sent: SentSchemaRecord | None = None
    """The change that Graph accepted and does not show yet. Absent: none."""

    source: SchemaSourceRecord | None = None
    """The ConfigMap of spec.schema.from for which Graph was last seen to match. Absent: none."""

    corrections: list[str] | None = None
    """When changes of somebody else were undone in a row (UTC), the last three. Absent: none since spec changed it."""

    backups: list[SchemaBackupRecord] | None = None
    """The schemas from before the first and the last three changes, the newest first. Absent: none."""
