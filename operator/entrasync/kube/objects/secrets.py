"""The API server for Secrets, which are read one at a time when they are needed.

The faults of a key are described where it is taken out: `core/resource/kubernetes_secret.py`.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.kubernetes_secret import KubernetesSecret, has_watch_label, unlabelled
from entrasync.kube.client.api_client import ApiClient, Forbidden
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceGone


class SecretReader:
    """Implements `reconcile.ports.kubernetes.SecretStore`. It needs the right to get secrets in each namespace."""

    def __init__(self, api_client: ApiClient, *, allows_unlabelled: bool = False) -> None:
        """Read Secrets that carry the label entrasync.io/watch, and others only if the install `allows_unlabelled`."""
        self._api_client = api_client
        self._allows_unlabelled = allows_unlabelled

    async def read_secret(self, key: ObjectKey) -> KubernetesSecret | None:
        """Read a Secret. Returns None when there is none.

        Raises `Halted` when the right to read it is missing, and when it lacks the label.
        """
        path = f"/api/v1/namespaces/{encode_segment(key.namespace)}/secrets/{encode_segment(key.name)}"
        try:
            raw = await self._api_client.call("GET", path)
        except ResourceGone:
            return None
        except Forbidden as error:
            raise Halted(Stall(Reason.SECRET_UNREADABLE, _missing_right(key, error))) from error
        if not (self._allows_unlabelled or has_watch_label(raw["metadata"].get("labels"))):
            raise unlabelled(key)
        return _read(key, raw)


def _read(key: ObjectKey, raw: Mapping[str, Any]) -> KubernetesSecret:
    metadata = raw["metadata"]
    try:
        data = {str(name): base64.b64decode(value, validate=True) for name, value in (raw.get("data") or {}).items()}
    except (binascii.Error, TypeError, ValueError):
        raise ApiServerUnavailable(f"Secret {key} came in a form that cannot be read") from None  # or it is quoted
    return KubernetesSecret(key, str(metadata["uid"]), str(metadata["resourceVersion"]), data)


def _missing_right(key: ObjectKey, error: Forbidden) -> str:
    return (
        f"Secret {key} may not be read: the operator lacks the right get on secrets in namespace {key.namespace}. "
        f"Grant it to the operator's ServiceAccount there. The API server says: {error}."
    )
