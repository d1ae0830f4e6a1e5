"""A Secret of the API server, as far as it is read: never kept longer than a pass, never printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrasync.core.primitives.object_key import ObjectKey


@dataclass(frozen=True)
class KubernetesSecret:
    """One Secret. `data` is decoded."""

    key: ObjectKey
    uid: str
    resource_version: str
    data: Mapping[str, bytes] = field(repr=False, default_factory=dict)
