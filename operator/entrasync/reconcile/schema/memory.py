"""What this process remembers of schemas: how Graph reads expressions, what it last saw, and when.

The schemas themselves are not kept. They may be large, and thousands of resources may wait for a person.
"""

from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schema.mapping_tests import Case

Asked = tuple[int, str | None, ConfigMapVersion | None]
"""What a look is for: the generation of the resource, the reconcile request, and the ConfigMap that spec names."""


@dataclass
class SchemaMemory:
    """What is remembered for one resource. Losing it costs a look, and a call for each expression."""

    began_at: datetime | None = None
    """When this process first reconciled `spec.schema` of this resource."""
    looked_at: datetime | None = None
    expressions: dict[str, ParsedExpression] = field(default_factory=dict)
    """How Graph reads the expressions of spec, by their text. Those that it refused are asked again."""
    evaluations: dict[Case, Evaluation] = field(default_factory=dict)
    """What Graph made of the mappings that spec tests. What it could not evaluate is asked again."""
    seen: SchemaSeen | None = None
    """The last look without the schema itself, until a write of ours."""
    seen_for: Asked | None = None


@dataclass
class SchemaInHand:
    """The schema as spec wants it and as Graph shows it, during one pass."""

    wanted: Schema | None = None
    shown: Schema | None = None
    listed_at: datetime | None = None
    """When the list of jobs was read by which the schema was looked at."""


@dataclass
class SchemaMemoryStore:
    """The memories of all resources."""

    _by_key: dict[ObjectKey, tuple[tuple[str, str | None], SchemaMemory]] = field(default_factory=dict)

    def recall(self, resource: Resource) -> SchemaMemory:
        """Return the memory of a resource and its job, or begin one."""
        identity = (resource.uid, resource.held_job_id)
        known, memory = self._by_key.get(resource.key, (None, None))
        if memory is None or known != identity:
            memory = SchemaMemory()
            self._by_key[resource.key] = (identity, memory)
        return memory

    def clear(self) -> None:
        """Forget all that was remembered by the time of a clock that was set since."""
        self._by_key.clear()

    def forget(self, key: ObjectKey) -> None:
        """Drop the memory of a resource that was deleted."""
        self._by_key.pop(key, None)
