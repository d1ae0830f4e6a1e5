"""What one pass knows of the job's schema in Graph, compared with spec."""

from dataclasses import dataclass, field

from entrasync.core.decision.action import Difference
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.schema import Schema


@dataclass(frozen=True)
class UnknownPart:
    """A part that spec names and the schema does not have. `known` are the names of those that it has."""

    field: str
    known: tuple[str, ...]


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

    @property
    def are_any(self) -> bool:
        """Whether there is any."""
        return bool(self.unknown or self.refused or self.not_editable or self.failed)


@dataclass(frozen=True)
class SchemaSeen:
    """How the schema that Graph shows differs from spec.

    `wanted` is the whole schema as spec wants it. It may be large, so it is there only in the pass that has read it.
    """

    differences: tuple[Difference, ...] = ()
    faults: SchemaFaults = field(default_factory=SchemaFaults)
    wanted: Schema | None = field(default=None, repr=False)
    failure: EntraSyncError | None = None
    """Why the schema or an expression could not be read."""

    @property
    def is_matching(self) -> bool:
        """Whether Graph shows what spec wants."""
        return not (self.differences or self.faults.are_any or self.failure)
