"""Sends requests to the control API of a running simulator."""

import json
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from graph_simulator.control_client.fault_handle import ControlError
from graph_simulator.control_client.views import Connection


class ControlTransport:
    """Calls the control API of a running simulator, which the files in its folder say how to reach.

    Raises:
        ControlError: The simulator refused a call; every call may raise this, and the message says why.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ca_path = directory / "ca.pem"
        self.connection = Connection.model_validate_json((directory / "world.json").read_bytes())
        self._http = httpx.Client(
            base_url=f"{self.connection.url}/_world",
            headers={"authorization": f"Bearer {self.connection.world_token}"},
            verify=ssl.create_default_context(cafile=self.ca_path),
            trust_env=False,
            timeout=60,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the simulator keeps running."""
        self._http.close()

    def _call(
        self, method: str, path: str, document: dict[str, Any] | None = None, query: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        # httpx would refuse lone surrogates.
        content = None if document is None else json.dumps(document).encode("ascii")
        timeout = 60 + float((query or {}).get("wait", 0))
        answer = self._http.request(method, path, content=content, params=query, timeout=timeout)
        if answer.is_error:
            raise ControlError(f"{method} {path}: {answer.status_code} {answer.text[:2000]}")
        result: dict[str, Any] = answer.json()
        return result
