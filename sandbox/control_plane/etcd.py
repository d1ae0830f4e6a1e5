"""Asks etcd itself, by the JSON form of its API, for what the API server has no call for."""

import http.client
import json
from base64 import b64encode
from contextlib import closing
from typing import Any

from control_plane.errors import ControlPlaneError

_REQUEST_TIMEOUT_SECONDS = 30.0


def compact_etcd(port: int) -> None:
    """Let etcd on a port of this machine forget all versions before the newest one.

    Raises:
        ControlPlaneError: It refused or did not answer; the message has what it said.
    """
    any_key = b64encode(b"/").decode()
    newest = _post(port, "/v3/kv/range", {"key": any_key})["header"]["revision"]
    _post(port, "/v3/kv/compaction", {"revision": newest, "physical": True})


def _post(port: int, path: str, content: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_REQUEST_TIMEOUT_SECONDS)
    with closing(connection):
        try:
            connection.request("POST", path, body=json.dumps(content))
            response = connection.getresponse()
            answer = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise ControlPlaneError(f"etcd did not answer {path}: {error}") from error
    if response.status != http.client.OK:
        raise ControlPlaneError(f"etcd refused {path}: {answer}")
    return json.loads(answer)
