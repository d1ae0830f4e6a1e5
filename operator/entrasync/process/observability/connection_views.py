"""What the metrics show of a connection, gathered at each scrape from what the process knows of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from entrasync.api.conditions import ConditionType
from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION, INSTALL_CONNECTION_KIND
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.status import EXPIRY
from entrasync.core.decision.condition import Condition
from entrasync.core.primitives.times import parse_time
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.client import GraphClient
from entrasync.graph.secret_expiry import SecretExpiry
from entrasync.reconcile.connection.registry import Connections

Credential = Literal["certificate", "secret", ""]
"""What a connection logs in by, as far as it is something that ends."""


@dataclass(frozen=True)
class ConnectionView:
    """One connection at one moment."""

    kind: str
    namespace: str
    name: str
    tenant_id: str
    works: bool
    """Whether the last login gave a token."""
    pause: timedelta
    """How long no call is made from now on."""
    credential: Credential = ""
    credential_expires_at: datetime | None = None

    @property
    def labels(self) -> list[str]:
        """The values of the labels of a resource."""
        return [self.kind, self.namespace, self.name]


class ConnectionViews:
    """Views of the GraphConnections."""

    def __init__(self, store: Iterable[ConnectionResource], connections: Connections) -> None:
        self._store = store
        self._connections = connections

    def __iter__(self) -> Iterator[ConnectionView]:
        return map(self._view, self._store)

    def _view(self, seen: ConnectionResource) -> ConnectionView:
        return ConnectionView(
            CONNECTION_KIND,
            seen.key.namespace,
            seen.key.name,
            tenant_id=seen.spec.tenant_id.lower() if seen.spec else "",
            works=any(each.type is ConditionType.READY and each.is_true for each in Condition.read_all(seen.status)),
            pause=self._connections.find_pause(seen.key),
            credential=_name_credential(seen),
            credential_expires_at=parse_time(seen.status.get(EXPIRY)),
        )


def _name_credential(seen: ConnectionResource) -> Credential:
    if seen.spec is None:
        return ""
    if seen.spec.client_secret:
        return "secret"
    return "certificate" if seen.spec.client_certificate else ""


def view_operator_connection(
    graph: GraphClient, tokens: TokenSource, secret_expiry: SecretExpiry | None
) -> ConnectionView | None:
    """View the connection of the install itself; None before its first login.

    It has no namespace. Its name is the one that specs give it.
    """
    if (has_worked := tokens.has_last_login_worked()) is None:
        return None
    has_secret, told = tokens.accepted_secret is not None, secret_expiry.known if secret_expiry else None
    return ConnectionView(
        INSTALL_CONNECTION_KIND,
        "",
        DEFAULT_CONNECTION,
        tenant_id=tokens.tenant_id.lower(),
        works=has_worked,
        pause=graph.pause,
        credential="secret" if has_secret else "certificate",
        credential_expires_at=told.at if told else tokens.certificate_expires_at,
    )
