"""ProvisioningRequests on a real API server, as tests write and read them."""

import uuid
from typing import Any

from entrasync.api.names import API_VERSION, PROVISIONING_KIND, PROVISIONING_PLURAL
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment


def apply_request(environment: OperatorEnvironment, job: str, user: str, **spec: Any) -> Object:
    """Create a request for a user by a job."""
    subjects = [{"objectId": user, "objectTypeName": "User"}]
    metadata = {"name": f"request-{uuid.uuid4().hex[:8]}", "namespace": environment.namespace}
    body = {"jobRef": {"name": job}, "subjects": subjects} | spec
    manifest = {"apiVersion": API_VERSION, "kind": PROVISIONING_KIND, "metadata": metadata, "spec": body}
    return environment.cluster.create(PROVISIONING_PLURAL, manifest, environment.namespace)


def wait_end(environment: OperatorEnvironment, request: Object) -> Object:
    """Wait until a request has come to its end."""
    return environment.cluster.wait_for(
        API_VERSION,
        PROVISIONING_PLURAL,
        request["metadata"]["name"],
        environment.namespace,
        holds=is_finished,
        what="the request has come to its end",
    )


def is_finished(request: Object) -> bool:
    """Whether a request has come to its end."""
    return "result" in request.get("status", {})
