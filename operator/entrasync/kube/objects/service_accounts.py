"""The API server for ServiceAccounts: tokens (TokenRequest) for Entra's federated credentials."""

from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import AdmissionDenied, ApiClient, Forbidden
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

TOKEN_LIFETIME_SECONDS = 3600
"""Lifetime of a token. The API server allows no less than 600; Entra reads the token once, at the login."""


async def request_token(api_client: ApiClient, service_account: ObjectKey, audience: str) -> str:
    """Request a token of a ServiceAccount for `audience`.

    Raises `Halted` (TOKEN_REQUEST_DENIED) when there is no such ServiceAccount or the right is missing, and
    `Transient` when the API server fails.
    """
    namespace, name = service_account.namespace, service_account.name
    path = f"/api/v1/namespaces/{encode_segment(namespace)}/serviceaccounts/{encode_segment(name)}/token"
    spec = {"audiences": [audience], "expirationSeconds": TOKEN_LIFETIME_SECONDS}
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    try:
        return _read_token(await api_client.call("POST", path, body=body))
    except Forbidden as error:
        raise Halted(Stall(Reason.TOKEN_REQUEST_DENIED, _explain(service_account, error))) from error
    except ResourceGone as error:
        message = f"There is no ServiceAccount {service_account}. Create it, or correct serviceAccountRef.name in spec."
        raise Halted(Stall(Reason.TOKEN_REQUEST_DENIED, message)) from error
    except (ApiServerUnavailable, ResourceChanged) as error:
        message = f"The API server gave no token for ServiceAccount {service_account}: {error}. It is tried again."
        raise Transient(Reason.TOKEN_REQUEST_DENIED, message) from error


def _read_token(answer: Any) -> str:
    status = answer.get("status") if isinstance(answer, dict) else None
    token = status.get("token") if isinstance(status, dict) else None
    if not isinstance(token, str) or not token:
        raise ApiServerUnavailable("its answer has no token")
    return token


def _explain(service_account: ObjectKey, error: Forbidden) -> str:
    if isinstance(error, AdmissionDenied):
        return (
            f"Admission refuses a token of ServiceAccount {service_account}. Let the webhook or policy that refuses "
            f"pass the operator's requests for tokens. The API server says: {error}."
        )
    namespace, name = service_account.namespace, service_account.name
    return (
        f"The operator may not ask for a token of ServiceAccount {service_account}. Let the owner of namespace "
        f"{namespace} grant that there: by a Role with the verb create on serviceaccounts/token, resourceNames "
        f"[{name}], and a RoleBinding of it to the operator's ServiceAccount. The API server says: {error}."
    )
