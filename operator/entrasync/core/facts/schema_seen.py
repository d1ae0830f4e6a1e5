"""What one pass knows of the job's schema in Graph, compared with spec."""

from dataclasses import dataclass, field, fields

from entrasync.core.decision.action import Difference
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.remote.schema import Schema


@dataclass(frozen=True)
class UnknownPart:
    """A part that spec names and the schema does not have. `known` are the names of those that it has."""

    field: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class UnknownAttribute:
    """An attribute that spec names and that the object `kind` of a directory does not have."""

    field: str
    name: str
    directory: str
    kind: str
    similar: tuple[str, ...]
    """The names of attributes that it has and that may have been meant, the nearest first."""
    may_be_added: bool
    """Whether the directory may be changed."""


@dataclass(frozen=True)
class RefusedExpression:
    """An expression that Graph cannot read, and its error."""

    field: str
    error: str


@dataclass(frozen=True)
class FailedTest:
    """A test of mappings that failed, and why in one sentence."""

    name: str
    why: str


@dataclass(frozen=True)
class SchemaFaults:
    """What keeps a schema from being written until a person has corrected spec."""

    unknown: tuple[UnknownPart, ...] = ()
    refused: tuple[RefusedExpression, ...] = ()
    not_editable: tuple[str, ...] = ()
    """Rules that would change and that Graph marks as not editable."""
    failed: tuple[FailedTest, ...] = ()
    unknown_attributes: tuple[UnknownAttribute, ...] = ()
    read_only: tuple[str, ...] = ()
    """Directories that would change and that Graph marks as read-only."""

    @property
    def are_any(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, member.name) for member in fields(self))


@dataclass(frozen=True)
class SchemaSeen:
    """How the schema that Graph shows differs from spec.

    `wanted` is the whole schema as spec wants it, and `shown` as Graph shows it. They may be large, so they are there
    only in the pass that has read them.
    """

    differences: tuple[Difference, ...] = ()
    faults: SchemaFaults = field(default_factory=SchemaFaults)
    wanted: Schema | None = field(default=None, repr=False)
    shown: Schema | None = field(default=None, repr=False)
    source: ConfigMapVersion | None = None
    """The version of the ConfigMap that `wanted` was read from."""
    failure: EntraSyncError | None = None
    """Why the schema or an expression could not be read."""

    @property
    def is_matching(self) -> bool:
        """Whether Graph shows what spec wants."""
        return not (self.differences or self.faults.are_any or self.failure)
