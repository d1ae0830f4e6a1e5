"""What listing and watching one kind takes."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from entrasync.core.resource.object_meta import ObjectMeta
from entrasync.kube.objects.object_client import ObjectClient
from entrasync.reconcile.engine.informer import Informer
from entrasync.reconcile.engine.store import Store

ObjectT = TypeVar("ObjectT", bound=ObjectMeta)


@dataclass(frozen=True)
class WatchedKind(Generic[ObjectT]):
    """One of our kinds: the client that lists its objects, and the informer that takes what lists and watch show."""

    client: ObjectClient[ObjectT]
    informer: Informer[ObjectT]

    @property
    def plural(self) -> str:
        """The plural of the kind's name, as in the path of its objects."""
        return self.client.plural

    @property
    def store(self) -> Store[ObjectT]:
        """The objects that are known."""
        return self.informer.store
