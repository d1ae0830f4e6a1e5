"""What one pass knows of the job's schema in Graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.schema import ParsedExpression, Schema


@dataclass(frozen=True)
class SchemaSeen:
    """The schema that Graph shows, and how Graph reads the expressions of spec.

    Where it `is_matching`, spec wants nothing else, and the schema itself is not kept: it may be large.
    """

    schema: Schema | None = None
    expressions: Mapping[str, ParsedExpression] = field(default_factory=dict)
    is_matching: bool = False
    failure: EntraSyncError | None = None
    """Why the schema or an expression could not be read."""
