"""The informer of GraphConnections."""

from typing import ClassVar

from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.clock import Clock
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.engine.informer import Informer
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue


class ConnectionInformer(Informer[ConnectionResource]):
    """Registers each GraphConnection that is listed or watched, so that its jobs wait for its first login."""

    is_awaited: ClassVar[bool] = True

    def __init__(
        self, store: Store[ConnectionResource], connections: Connections, queue: WorkQueue, *, clock: Clock
    ) -> None:
        super().__init__(store, queue, clock=clock)
        self._connections = connections

    def _note_change(self, seen: ConnectionResource) -> None:
        self._connections.expect(seen.key)
