"""Proves to the API server who the operator is, and learns from its answers whether it accepts that."""

import logging
import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import kopf
import yaml

LOG = logging.getLogger("entrasync.kube")

SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


class NotAuthenticated(aiohttp.ClientConnectionError):
    """The API server does not accept who the operator says it is (401), or the token cannot be read.

    It counts as a fault of the connection, because Kopf tries again after those. At the first 401 Kopf would end.
    """


class Authentication:
    """Sends the token of a file, which is read again for each request, because such tokens are exchanged in good time.

    `token_file` is None if the session itself has a token or a certificate.
    """

    def __init__(self, token_file: Path | None) -> None:
        self._token_file = token_file
        self._fault: str | None = None

    def find_fault(self) -> str | None:
        """Find why the last request was not accepted. Returns None if it was."""
        return self._fault

    async def authenticate(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send a request with the present token. A middleware of the session, next to the wire.

        Raises `NotAuthenticated`.
        """
        if self._token_file is not None:
            request.headers["Authorization"] = f"Bearer {self._read_token(self._token_file)}"
        response = await handler(request)
        if response.status == HTTPStatus.UNAUTHORIZED:
            response.close()
            raise self._note_fault("the API server does not accept the operator's credentials (401)")
        self._note_success()
        return response

    def _read_token(self, file: Path) -> str:
        """Read the token. It is a few bytes in a memory file system, not worth a thread."""
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise self._note_fault("the operator's token for the API server cannot be read", error) from error

    def _note_fault(self, fault: str, error: Exception | None = None) -> NotAuthenticated:
        if fault != self._fault:
            why = {"why": str(error)} if error else {}
            LOG.error("%s. %s", fault[0].upper() + fault[1:], self._explain_remedy(), extra=why)
        self._fault = fault
        return NotAuthenticated(fault)

    def _note_success(self) -> None:
        if self._fault is not None:
            LOG.info("The API server accepts the operator's credentials again.")
        self._fault = None

    def _explain_remedy(self) -> str:
        if self._token_file is None:
            return (
                "Nothing is read or written there until it does. Renew what KUBECONFIG names, and start the operator "
                "again."
            )
        return (
            f"Nothing is read or written there until it does. Renew the token in {self._token_file}, and check that "
            "its ServiceAccount exists. The file is read again for each call, so the operator need not be restarted."
        )


def find_token_file(info: kopf.ConnectionInfo) -> Path | None:
    """Find the file of the token: that of the pod, or the `tokenFile` of the user in KUBECONFIG or ~/.kube/config.

    Returns None if there is none. Kopf reads the one once, at its start, and the other never.
    """
    is_in_pod = info.token is not None and info.server.endswith("kubernetes.default.svc")
    if is_in_pod and SERVICE_ACCOUNT_TOKEN.exists():
        return SERVICE_ACCOUNT_TOKEN
    return _find_in_kubeconfig()


def _find_in_kubeconfig() -> Path | None:
    """Find the `tokenFile` of the current context's user. In several files the first one that names something wins."""
    current, contexts, users = "", dict[str, Any](), dict[str, Any]()
    for file in _kubeconfigs():
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        current = current or content.get("current-context") or ""
        for item in content.get("contexts") or ():
            contexts.setdefault(item["name"], item.get("context") or {})
        for item in content.get("users") or ():
            user = item.get("user") or {}
            path = user.get("tokenFile")
            users.setdefault(item["name"], file.parent / path if path else None)
    found: Path | None = users.get(contexts.get(current, {}).get("user"))
    return found


def _kubeconfigs() -> list[Path]:
    named = os.environ.get("KUBECONFIG") or "~/.kube/config"
    files = [Path(path.strip()).expanduser() for path in named.split(os.pathsep) if path.strip()]
    return [file for file in files if file.exists()]
