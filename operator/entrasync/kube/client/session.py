"""The session to the API server, with a bounded number of connections. Kopf and our own calls share it."""

from pathlib import Path

import aiohttp
import kopf

MAX_CONNECTIONS = 50
"""Connections besides those of watches. Kopf sets no limit: thousands of resources would open thousands of sockets."""

CONNECTIONS_PER_NAMESPACE = 4
"""Connections that the watches of each namespace (or of the cluster) hold as long as the process lives."""

SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


class NotConnected(Exception):
    """There is no configuration for the API server. The message says what to set."""


def find_connection(settings: kopf.OperatorSettings) -> kopf.ConnectionInfo:
    """Read KUBECONFIG or ~/.kube/config, else the pod's ServiceAccount. Raises `NotConnected`."""
    try:
        found = kopf.login_with_kubeconfig(settings=settings) or kopf.login_with_service_account(settings=settings)
    except (OSError, kopf.LoginError) as error:
        raise NotConnected(
            f"KUBECONFIG cannot be used: {str(error).rstrip('.')}. Correct it, or unset it in a pod."
        ) from error
    if found is None:
        raise NotConnected(
            "There is no API server: neither KUBECONFIG nor ~/.kube/config nor a ServiceAccount of a pod was found. "
            "Set KUBECONFIG, or run in a cluster with a ServiceAccount."
        )
    return found


def open_session(
    info: kopf.ConnectionInfo, *listeners: aiohttp.ClientMiddlewareType, namespaces: int = 1
) -> kopf.AiohttpSession:
    """Open the session. `namespaces` is how many are watched.

    In a pod the projected token is read again for each request, because it rotates.
    """
    limit = MAX_CONNECTIONS + CONNECTIONS_PER_NAMESPACE * namespaces
    is_in_pod = info.token is not None and SERVICE_ACCOUNT_TOKEN.exists()
    has_token = is_in_pod and info.server.endswith("kubernetes.default.svc")
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=limit, ssl=info.as_ssl_context()),
        headers=info.as_http_headers() | {"User-Agent": "entra-sync-operator"},
        middlewares=(*listeners, _with_fresh_token) if has_token else listeners,
    )
    return kopf.AiohttpSession(server=info.server, aiohttp_session=session, default_namespace=info.default_namespace)


async def _with_fresh_token(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    request.headers["Authorization"] = f"Bearer {_read_token()}"
    return await handler(request)


def _read_token() -> str:
    """Read the token. It is a few bytes in a memory file system, not worth a thread."""
    return SERVICE_ACCOUNT_TOKEN.read_text(encoding="utf-8").strip()
