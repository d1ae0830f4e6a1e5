"""A resource whose connection is missing or does not work: what it is told, and when it waits for a person."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import DISCONNECTED_POLL_INTERVAL, Halt, Stall, Wait
from entrasync.core.resource.desired import INSTALL_CONNECTION, INSTALL_CONNECTION_REFERENCE
from entrasync.core.resource.job_resource import Resource

MAX_DISCONNECTED_TIME = timedelta(minutes=1)
"""For how long a connection may be missing or broken before its resources wait for a person. Often a resource is
applied together with its connection and the Secret of that, in any order."""

MAX_NAMED_CONNECTIONS = 10


class Disconnected(Halted):
    """The connection of a resource is missing or does not work. A change of the connection starts the next pass."""

    def __init__(self, message: str, *, needs_person: bool) -> None:
        self.wait = Wait(Reason.CONNECTION_NOT_READY, message, DISCONNECTED_POLL_INTERVAL)
        super().__init__(self.wait)
        self.needs_person = needs_person


@dataclass(frozen=True)
class Offer:
    """The connections that a resource could use instead: GraphConnections by name, and the install's own."""

    names: Collection[str]
    serves_namespace: bool
    has_install_connection: bool


def judge_absence(error: Disconnected, resource: Resource, *, since: datetime, now: datetime) -> Halt:
    """Return what a pass without a connection halts with: after a minute a person must act, if only a person can.

    A resource that a former process found waiting for a person goes on doing so.
    """
    if not error.needs_person:
        return error.wait
    rest = since + MAX_DISCONNECTED_TIME - now
    if rest <= timedelta() or resource.is_stalled_for(Reason.CONNECTION_NOT_READY):
        return Stall(error.wait.reason, error.wait.message)
    return replace(error.wait, after=min(rest, error.wait.after))


def explain_absence(resource: Resource, offer: Offer) -> str:
    """Say which connection there is not, which there are, and what to do."""
    desired, namespace = resource.desired, resource.key.namespace
    if desired is not None and desired.uses_install_connection:
        return _explain_install_connection(namespace, offer)
    if desired is not None and desired.connection_name is not None:
        missing = f"{CONNECTION_KIND} {namespace}/{desired.connection_name}"
        absence = f"There is no {missing}, which spec.connectionRef names."
    else:
        missing = f"{CONNECTION_KIND} {namespace}/{DEFAULT_CONNECTION}"
        availability = "does not serve this namespace" if offer.has_install_connection else "does not exist"
        absence = (
            f"Namespace {namespace} has no {CONNECTION_KIND} named {DEFAULT_CONNECTION}, and the install's own "
            f"connection {availability}."
        )
    return " ".join([absence, *_list(offer), f"Create {missing}, or name another connection in spec.connectionRef."])


def _explain_install_connection(namespace: str, offer: Offer) -> str:
    if offer.has_install_connection:
        why = f"does not serve namespace {namespace}"
        remedy = "Add the namespace to --own-connection-namespaces (the chart's connection.namespaces)"
    else:
        why = "does not exist: the install was given no credential of its own"
        remedy = "Give the install one (--tenant-id and --client-id, or connection.* in the chart's values)"
    refusal = f"spec.connectionRef names {INSTALL_CONNECTION}, which {why}."
    there = _list(offer) or [f"Namespace {namespace} has no {CONNECTION_KIND}."]
    return " ".join([refusal, *there, f"{remedy}, or name a {CONNECTION_KIND} in spec.connectionRef."])


def _list(offer: Offer) -> list[str]:
    """List the connections that there are, in a bounded number: no sentence, one or two."""
    names = sorted(offer.names)
    shown, more = names[:MAX_NAMED_CONNECTIONS], len(names) - MAX_NAMED_CONNECTIONS
    listed = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    there = [f"The namespace has these: {listed}."] if shown else []
    own = (
        [f"The namespace may use {INSTALL_CONNECTION}, by {INSTALL_CONNECTION_REFERENCE}."]
        if offer.serves_namespace
        else []
    )
    return there + own
