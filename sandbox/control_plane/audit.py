"""Reads the API server's audit log, by which tests and benches count the requests and writes of a user."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

AuditLevel = Literal["Metadata", "RequestResponse"]

WRITING_VERBS = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True)
class Request:
    """A request that the API server has answered."""

    verb: str
    user: str
    group: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int
    """The HTTP status of the answer."""
    received: datetime
    user_agent: str
    body: Any
    """What was sent; None unless the level is RequestResponse."""

    @property
    def is_write(self) -> bool:
        """Whether it asked for a change, whatever the answer; reviews of access and tokens change nothing."""
        asks_only = self.group in {"authorization.k8s.io", "authentication.k8s.io"} or self.subresource == "token"
        return self.verb in WRITING_VERBS and not asks_only


@dataclass(frozen=True)
class AuditLog:
    """The audit log of one control plane."""

    path: Path

    def position(self) -> int:
        """Return the present end of the log, in bytes, so that only later requests are counted."""
        return self.path.stat().st_size if self.path.exists() else 0

    def requests(self, since: int = 0) -> Iterator[Request]:
        """Yield the requests that were answered after a position, in the order of the answers.

        The API server writes the line of a request just after its answer, so a reader may come a moment too early.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(since)
            for line in file:
                if line.endswith(b"\n"):  # else it is still being written
                    yield _request(json.loads(line))

    def writes(self, since: int = 0, *, user: str | None = None, resource: str | None = None) -> list[Request]:
        """List the writes after a position; `user` and `resource` (a plural) limit the list."""
        return [
            request
            for request in self.requests(since)
            if request.is_write and user in {None, request.user} and resource in {None, request.resource}
        ]


def write_policy(path: Path, level: AuditLevel) -> None:
    """Write an audit policy that logs every answered request except the API server's own."""
    rules = [{"level": "None", "users": ["system:apiserver"]}, {"level": level}]
    policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": rules}
    path.write_text(json.dumps(policy), encoding="utf-8")


def _request(event: dict[str, Any]) -> Request:
    reference = event.get("objectRef", {})
    return Request(
        verb=event["verb"],
        user=event["user"]["username"],
        group=reference.get("apiGroup", ""),
        resource=reference.get("resource", ""),
        subresource=reference.get("subresource", ""),
        namespace=reference.get("namespace", ""),
        name=reference.get("name", ""),
        code=event.get("responseStatus", {}).get("code", 0),
        received=datetime.fromisoformat(event["requestReceivedTimestamp"]),
        user_agent=event.get("userAgent", ""),
        body=event.get("requestObject"),
    )
