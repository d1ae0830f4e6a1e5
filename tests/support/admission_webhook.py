"""Admission of somebody else, which stops what one user writes in one namespace.

A webhook refuses or does not answer, or a policy of the API server's own refuses.
"""

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

ADMISSION, WEBHOOKS = "admissionregistration.k8s.io/v1", "validatingwebhookconfigurations"
POLICIES, BINDINGS = "validatingadmissionpolicies", "validatingadmissionpolicybindings"

REFUSAL = "The platform team says no."
UNREACHABLE = "failed calling webhook"

RULE: Object = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"]}

WebhookFault = Literal["refuses", "is down"]
Fault = WebhookFault | Literal["is a policy"]
"""What stops writes. A policy that names no reason is answered with 422, a webhook with 403 or 500."""

WORDS: dict[Fault, str] = {"refuses": REFUSAL, "is a policy": REFUSAL, "is down": UNREACHABLE}
"""What the API server says for each fault."""


PROBE: Object = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "probe"}}
"""What no operator writes: by a dry run of it a test finds out whether the admission is in force."""


@dataclass(frozen=True)
class Scope:
    """What admission is asked about: the writes of one user to resources in one namespace."""

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
    """Stop by a fault what is written to a resource such as `configmaps`, until the block ends.

    It is in force when the block begins.
    """
    with ExitStack() as stack:
        if fault == "is a policy":
            manifests = _make_policy(scope, resource)
        else:
            authority = trustme.CA()
            port = stack.enter_context(_serve(authority) if fault == "refuses" else _reserve_port())
            manifests = {WEBHOOKS: _make_webhook(scope, resource, authority, port)}
        for plural, manifest in manifests.items():
            cluster.create(plural, {"apiVersion": ADMISSION} | manifest)
            stack.callback(cluster.delete, ADMISSION, plural, manifest["metadata"]["name"])
        until(lambda: scope.is_stopped(WORDS[fault]), what="the admission is in force")
        yield


def _make_webhook(scope: Scope, resource: str, authority: trustme.CA, port: int) -> Object:
    client = {
        "url": f"https://127.0.0.1:{port}/",
        "caBundle": base64.b64encode(authority.cert_pem.bytes()).decode(),
    }
    webhook: Object = {
        "name": "policy.platform.example.com",
        "clientConfig": client,
        "rules": [RULE | {"resources": [resource, "serviceaccounts"]}],
        "namespaceSelector": _select(scope),
        "matchConditions": [_match(scope)],
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "admissionReviewVersions": ["v1"],
    }
    return {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": _make_name()}, "webhooks": [webhook]}


def _make_policy(scope: Scope, resource: str) -> dict[str, Object]:
    """Make a policy without a reason, and what puts it in force, by their plurals."""
    name = _make_name()
    spec: Object = {
        "matchConstraints": {
            "resourceRules": [RULE | {"resources": [resource, "serviceaccounts"]}],
            "namespaceSelector": _select(scope),
        },
        "matchConditions": [_match(scope)],
        "failurePolicy": "Fail",
        "validations": [{"expression": "false", "message": REFUSAL}],
    }
    bound = {"policyName": name, "validationActions": ["Deny"]}
    return {
        POLICIES: {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": spec},
        BINDINGS: {"kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": bound},
    }


def _make_name() -> str:
    return f"stop-{uuid.uuid4().hex[:8]}"


def _select(scope: Scope) -> Object:
    return {"matchLabels": {"kubernetes.io/metadata.name": scope.namespace}}


def _match(scope: Scope) -> Object:
    return {"name": "user", "expression": f"request.userInfo.username == '{scope.name}'"}


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
