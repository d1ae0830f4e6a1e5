"""What stands for all that spec wants of the schema."""

import hashlib

from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.record.config_map_version import ConfigMapVersion

_NOT_OF_THE_SCHEMA = {"approval", "approved_diff", "backup", "tests"}
"""They say when and how a change is made, not what the schema is to be."""


def hash_wish(spec: SchemaSpec, source: ConfigMapVersion | None) -> str:
    """Return a hash that is the same as long as spec and the ConfigMap that it names want the same schema."""
    wish = spec.model_dump_json(exclude=_NOT_OF_THE_SCHEMA, exclude_none=True)
    version = f"{source.uid} {source.resource_version}" if source else ""
    return f"sha256:{hashlib.sha256(f'{version} {wish}'.encode()).hexdigest()}"
