"""Requests tokens of ServiceAccounts from the API server, as its administrator."""

import http.client
import json
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from control_plane.certificates import Certificates
from control_plane.errors import ControlPlaneError

_REQUEST_TIMEOUT_SECONDS = 30.0


def request_token(
    port: int, certificates: Certificates, *, namespace: str, name: str, hours: int, audiences: Sequence[str]
) -> str:
    """Return a new token of a ServiceAccount; without audiences it is one for the API server.

    Raises:
        ControlPlaneError: The API server refused or did not answer; the message has what it said.
    """
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"expirationSeconds": hours * 3600, "audiences": list(audiences)},
    }
    try:
        status, answer = _post(port, certificates, path, request)
    except (OSError, http.client.HTTPException) as error:
        raise ControlPlaneError(f"No token for {namespace}/{name}: the API server did not answer: {error}") from error
    if status != http.client.CREATED:
        raise ControlPlaneError(f"No token for {namespace}/{name}: {_read_message(answer)}")
    token: str = json.loads(answer)["status"]["token"]
    return token


def _post(port: int, certificates: Certificates, path: str, content: dict[str, Any]) -> tuple[int, bytes]:
    context = certificates.client_context()
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=_REQUEST_TIMEOUT_SECONDS)
    with closing(connection):
        connection.request("POST", path, body=json.dumps(content), headers={"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()


def _read_message(answer: bytes) -> str:
    """Read the API server's reason; an overloaded one gives it as plain text."""
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer.decode(errors="replace").strip()
