"""The session to the API server, with a bounded number of connections. Kopf and our own calls share it."""

import aiohttp
import kopf

from entrasync.kube.client.authentication import Authentication
from entrasync.kube.client.own_server import stay_at

MAX_CONNECTIONS = 50
"""Connections besides those of watches. Kopf sets no limit: thousands of resources would open thousands of sockets."""

CONNECTIONS_PER_NAMESPACE = 5
"""Connections that the watches of each namespace (or of the cluster) hold as long as the process lives."""


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
    info: kopf.ConnectionInfo,
    *listeners: aiohttp.ClientMiddlewareType,
    authentication: Authentication,
    namespaces: int = 1,
) -> kopf.AiohttpSession:
    """Open the session. `namespaces` is how many are watched."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=MAX_CONNECTIONS + CONNECTIONS_PER_NAMESPACE * namespaces, ssl=info.as_ssl_context()
        ),
        headers=info.as_http_headers() | {"User-Agent": "entra-sync-operator"},
        middlewares=(stay_at(info.server), *listeners, authentication.authenticate),
    )
    return kopf.AiohttpSession(server=info.server, aiohttp_session=session, default_namespace=info.default_namespace)
