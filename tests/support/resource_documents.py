"""SynchronizationJobs as the API server sends them."""

from typing import Any

from tests.support.facts import PRINCIPAL


def document(uid: str = "uid-1", *, version: str = "1", **spec: Any) -> dict[str, Any]:
    """A resource as the API server sends it."""
    metadata = {"name": "salesforce", "namespace": "identity", "uid": uid, "resourceVersion": version}
    return {
        "metadata": metadata,
        "spec": {"servicePrincipal": {"objectId": PRINCIPAL}, "template": {"id": "scim"}} | spec,
        "status": {"origin": "Created"},
    }
