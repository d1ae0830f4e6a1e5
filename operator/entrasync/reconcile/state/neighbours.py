"""The resources of one service principal, with what each claims there."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_claims import Claim, claim_of, representatives
from entrasync.core.resource.job_resource import Resource

MAX_JUDGEMENTS = 8
"""Answers that are kept. There are three for each tenant that reaches the service principal, which is one."""


@dataclass(frozen=True)
class _Standing:
    """What a resource claims, and what may decide whether its claim counts."""

    claim: Claim
    tenant_id: str | None
    connection_name: str | None
    uses_install_connection: bool
    is_deleting: bool
    is_released: bool


class Neighbours:
    """Knows the claims without looking at each resource in each pass: a thousand passes would look a million times."""

    def __init__(self) -> None:
        self._standings: dict[ObjectKey, _Standing] = {}
        self._namespaces: Counter[str] = Counter()
        self._judged: dict[Hashable, tuple[Claim, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._standings)

    @property
    def keys(self) -> frozenset[ObjectKey]:
        """The keys of the resources."""
        return frozenset(self._standings)

    def is_only(self, key: ObjectKey) -> bool:
        """Whether no other resource is here."""
        return len(self._standings) == 1 and key in self._standings

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of the resources."""
        return frozenset(self._namespaces)

    def put(self, seen: Resource) -> None:
        """Take up a resource, or what has changed of it."""
        standing, known = _standing_of(seen), self._standings.get(seen.key)
        if known == standing:
            return
        if known is None:
            self._namespaces[seen.key.namespace] += 1
        self._standings[seen.key] = standing
        self._judged.clear()

    def remove(self, key: ObjectKey) -> None:
        """Forget a resource."""
        if self._standings.pop(key, None) is None:
            return
        self._namespaces -= Counter({key.namespace: 1})
        self._judged.clear()

    def claims(self, judge: Hashable, is_counted: Callable[[ObjectKey], bool]) -> tuple[Claim, ...]:
        """Return representatives of the claims that count.

        The answers of `is_counted` are kept as long as the `judge` is the same.
        """
        if (found := self._judged.get(judge)) is not None:
            return found
        if len(self._judged) >= MAX_JUDGEMENTS:
            self._judged.clear()
        counted = [each.claim for key, each in self._standings.items() if not each.is_released and is_counted(key)]
        self._judged[judge] = representatives(counted)
        return self._judged[judge]


def _standing_of(resource: Resource) -> _Standing:
    desired = resource.desired
    return _Standing(
        claim_of(resource),
        resource.pinned_tenant_id,
        desired.connection_name if desired else None,
        desired is not None and desired.uses_install_connection,
        resource.is_deleting,
        resource.is_released,
    )
