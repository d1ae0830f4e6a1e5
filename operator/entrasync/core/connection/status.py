"""The only author of a GraphConnection's status. It is pure, so an unchanged status equals the stored one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import Identity
from entrasync.core.decision.condition import Condition, merge_conditions
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Halt, Retry, Stall
from entrasync.core.primitives.json_values import read_text
from entrasync.core.primitives.times import write_time
from entrasync.core.resource.kubernetes_secret import KubernetesSecret

EXPIRY = "credentialExpiresAt"

SETTLED_CONDITIONS = frozenset({ConditionType.READY, ConditionType.STALLED})


@dataclass(frozen=True)
class MissingPermission:
    """A feature that the login lacks a permission for. Any one of `any_of` is enough; the narrowest comes first."""

    feature: str
    any_of: tuple[str, ...]


@dataclass(frozen=True)
class LoggedIn:
    """What a successful login showed: the roles in the token, and the features that they do not allow."""

    roles: tuple[str, ...]
    missing_permissions: tuple[MissingPermission, ...]


def build_connected_status(
    resource: ConnectionResource,
    identity: Identity,
    seen: LoggedIn,
    *,
    source: dict[str, str],
    expiry: CredentialExpiry | None,
    wall: datetime,
) -> dict[str, Any]:
    """Write the status of a connection that works. `expiry` is None if nobody has told yet when its credential ends."""
    ready = Condition(ConditionType.READY, "True", Reason.CONNECTED, _connected(identity, seen))
    status = _with_conditions(resource, [ready], wall=wall)
    expires_at = _find_stored_expiry(resource, source) if expiry is None else _write_expiry(expiry)
    status |= {"roles": list(seen.roles), "source": source, EXPIRY: expires_at}
    status["missingPermissions"] = [
        {"feature": lack.feature, "anyOf": list(lack.any_of)} for lack in seen.missing_permissions
    ]
    return {name: value for name, value in status.items() if value not in ([], None)}


def build_faulty_status(resource: ConnectionResource, halt: Halt, *, is_blind: bool, wall: datetime) -> dict[str, Any]:
    """Write the status of a connection that does not work.

    A `Retry` of a connection that is known to work, or to wait for a person, changes nothing until it `is_blind`: one
    lost login is no news.
    """
    if isinstance(halt, Retry) and not is_blind and _is_settled(resource):
        return dict(resource.status)
    is_stalled = isinstance(halt, Stall)
    kind = ConditionType.STALLED if is_stalled else ConditionType.RECONCILING
    ready = Condition(ConditionType.READY, "False" if is_stalled else "Unknown", halt.reason, halt.message)
    status = _with_conditions(resource, [ready, Condition(kind, "True", halt.reason, halt.message)], wall=wall)
    if not _is_current(resource):  # the end that is stored may be that of the credential of another app
        status.pop(EXPIRY, None)
    if is_stalled:  # nothing is known of a credential that does not work
        status = {name: value for name, value in status.items() if name not in {"roles", "missingPermissions"}}
    return status


def credential_source(resource: ConnectionResource, secret: KubernetesSecret | None) -> dict[str, str]:
    """Name the object that the credential was read from, never its content."""
    if secret is not None:
        version = secret.resource_version
        return {"kind": "Secret", "name": secret.key.name, "uid": secret.uid, "resourceVersion": version}
    workload = resource.spec.workload_identity if resource.spec else None
    return {"kind": "ServiceAccount", "name": workload.service_account_ref.name} if workload else {}


def connection_events(before: Sequence[Condition], after: Sequence[Condition]) -> list[Event]:
    """List the Event for a connection that begins to work, stops working, or fails for another reason."""
    old, new = _ready_of(before), _ready_of(after)
    if new is None or (old is not None and (old.status, old.reason) == (new.status, new.reason)):
        return []
    return [Event("Normal" if new.is_true else "Warning", new.reason, new.message)]


def _connected(identity: Identity, seen: LoggedIn) -> str:
    place = identity.client_settings
    message = f"Logged in to tenant {place.tenant_id} as app {place.client_id}."
    if not seen.missing_permissions:
        return message
    features = "; ".join(lack.feature for lack in seen.missing_permissions)
    return f"{message} Permissions are missing for: {features} (see status.missingPermissions)."


def _ready_of(conditions: Sequence[Condition]) -> Condition | None:
    return next((condition for condition in conditions if condition.type is ConditionType.READY), None)


def _is_settled(resource: ConnectionResource) -> bool:
    """Whether the last pass with this generation ended with a login, or waits for a person."""
    ends = [each for each in Condition.read_all(resource.status) if each.type in SETTLED_CONDITIONS]
    return _is_current(resource) and any(end.is_true for end in ends)


def _is_current(resource: ConnectionResource) -> bool:
    """Whether the status is about the spec as it is now."""
    return resource.status.get("observedGeneration") == resource.generation


def _write_expiry(expiry: CredentialExpiry) -> str | None:
    return write_time(expiry.at) if expiry.at else None


def _find_stored_expiry(resource: ConnectionResource, source: dict[str, str]) -> str | None:
    """Find what a former process was told of the same credential."""
    is_same = _is_current(resource) and resource.status.get("source") == source
    return read_text(resource.status.get(EXPIRY)) if is_same else None


def _with_conditions(resource: ConnectionResource, conditions: list[Condition], *, wall: datetime) -> dict[str, Any]:
    status = dict(resource.status)
    status["observedGeneration"] = resource.generation
    status["conditions"] = merge_conditions(
        status.get("conditions"), conditions, generation=resource.generation, now=write_time(wall)
    )
    return status
