"""Secrets of an API server, in memory."""

from dataclasses import dataclass, field

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.kubernetes_secret import KubernetesSecret, unlabelled
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable


@dataclass
class FakeSecrets:
    """`SecretStore` over a dict. `reads` has all reads; `forbidden` namespaces and `unlabelled` Secrets are refused."""

    stored: dict[ObjectKey, KubernetesSecret] = field(default_factory=dict)
    reads: list[ObjectKey] = field(default_factory=list)
    forbidden: set[str] = field(default_factory=set)
    unlabelled: set[ObjectKey] = field(default_factory=set)
    is_down: bool = False
    _versions: int = 0

    def put(self, key: ObjectKey, **data: str) -> KubernetesSecret:
        """Store a Secret as a user would: a new version."""
        self._versions += 1
        known = self.stored.get(key)
        uid = known.uid if known else f"uid-of-{key.name}-{self._versions}"
        content = {name.replace("__", "."): value.encode() for name, value in data.items()}
        self.stored[key] = KubernetesSecret(key, uid, str(self._versions), content)
        return self.stored[key]

    def remove(self, key: ObjectKey) -> None:
        del self.stored[key]

    async def read_secret(self, key: ObjectKey) -> KubernetesSecret | None:
        self.reads.append(key)
        if self.is_down:
            raise ApiServerUnavailable("GET secrets: 500 the store cannot decrypt")
        if key.namespace in self.forbidden:
            raise Halted(
                Stall(Reason.SECRET_UNREADABLE, f"Secret {key} may not be read: the operator lacks the right get.")
            )
        if key in self.stored and key in self.unlabelled:
            raise unlabelled(key)
        return self.stored.get(key)
