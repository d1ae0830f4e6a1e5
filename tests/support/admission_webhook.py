"""An admission webhook of somebody else, which refuses what one user writes in one namespace, or does not answer."""

import base64
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import trustme

from tests.support.cluster import Cluster, Object, RefusedError
from tests.support.polling import until

ADMISSION, PLURAL = "admissionregistration.k8s.io/v1", "validatingwebhookconfigurations"

REFUSAL = "The platform team says no."
UNREACHABLE = "failed calling webhook"

RULE: Object = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"]}

Fault = Literal["refuses", "is down"]
WORDS: dict[Fault, str] = {"refuses": REFUSAL, "is down": UNREACHABLE}
"""What the API server says for each fault of a webhook."""


PROBE: Object = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "probe"}}
"""What no operator writes: by a dry run of it a test finds out whether the API server asks the webhook."""


@dataclass(frozen=True)
class Scope:
    """What a webhook is asked about: the writes of one user to resources in one namespace."""

    user: Cluster
    name: str
    namespace: str

    def is_stopped(self, words: str) -> bool:
        """Whether the API server stops a write of the user with these words."""
        try:
            self.user.create("serviceaccounts", PROBE, self.namespace, dry_run=True)
        except RefusedError as refused:
            return words in refused.message
        return False


class _Refuser(BaseHTTPRequestHandler):
    """Answers each review with a refusal."""

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        response = {"uid": review["request"]["uid"], "allowed": False, "status": {"code": 403, "message": REFUSAL}}
        answer = {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that the base class has
        """Say nothing."""


@contextmanager
def stopping_writes(cluster: Cluster, scope: Scope, resource: str, fault: Fault) -> Iterator[None]:
    """Let a webhook refuse what is written to a resource such as `configmaps`, or be down, until the block ends.

    It is in force when the block begins.
    """
    authority, name = trustme.CA(), f"stop-{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        port = stack.enter_context(_serve(authority)) if fault == "refuses" else stack.enter_context(_reserve_port())
        client = {
            "url": f"https://127.0.0.1:{port}/",
            "caBundle": base64.b64encode(authority.cert_pem.bytes()).decode(),
        }
        webhook: Object = {
            "name": "policy.platform.example.com",
            "clientConfig": client,
            "rules": [RULE | {"resources": [resource, "serviceaccounts"]}],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scope.namespace}},
            "matchConditions": [{"name": "user", "expression": f"request.userInfo.username == '{scope.name}'"}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "timeoutSeconds": 5,
            "admissionReviewVersions": ["v1"],
        }
        manifest = {"apiVersion": ADMISSION, "kind": "ValidatingWebhookConfiguration", "metadata": {"name": name}}
        cluster.create(PLURAL, manifest | {"webhooks": [webhook]})
        stack.callback(cluster.delete, ADMISSION, PLURAL, name)
        until(lambda: scope.is_stopped(WORDS[fault]), what="the webhook is in force")
        yield


@contextmanager
def _serve(authority: trustme.CA) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refuser) as server:
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _reserve_port() -> Iterator[int]:
    """Reserve a port that refuses each connection, because nobody listens on it."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port: int = reserved.getsockname()[1]
        yield port
