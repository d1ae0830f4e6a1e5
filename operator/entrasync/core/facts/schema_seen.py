"""What one pass knows of the job's schema in Graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema


@dataclass(frozen=True)
class Case:
    """An expression, and the attributes of the object that it is evaluated for."""

    expression: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SchemaSeen:
    """The schema that Graph shows, and how Graph reads the expressions of spec.

    Where it `is_matching`, spec wants nothing else, and the schema itself is not kept: it may be large.
    """

    schema: Schema | None = None
    expressions: Mapping[str, ParsedExpression] = field(default_factory=dict)
    evaluations: Mapping[Case, Evaluation] = field(default_factory=dict)
    """What Graph made of the mappings that spec tests."""
    is_matching: bool = False
    failure: EntraSyncError | None = None
    """Why the schema or an expression could not be read."""
