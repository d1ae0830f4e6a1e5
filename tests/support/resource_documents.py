"""SynchronizationJobs as the API server sends them."""

from typing import Any

from tests.support.facts import PRINCIPAL


def map_user_name_to(text: str) -> dict[str, Any]:
    """A `spec.schema` by which a constant flows into the user name."""
    users = {
        "name": "Provision Azure Active Directory Users",
        "attributeMappings": [{"target": "userName", "constant": text}],
    }
    return {"rules": [{"name": "USER_OUTBOUND_USER", "objectMappings": [users]}]}


def has_schema_as_wanted(job: dict[str, Any]) -> bool:
    """Return whether the schema was seen to match the spec as it is now."""
    return bool(job["status"].get("schema", {}).get("generation") == job["metadata"]["generation"])


def document(uid: str = "uid-1", *, version: str = "1", **spec: Any) -> dict[str, Any]:
    """A resource as the API server sends it."""
    metadata = {"name": "salesforce", "namespace": "identity", "uid": uid, "resourceVersion": version}
    return {
        "metadata": metadata,
        "spec": {"servicePrincipal": {"objectId": PRINCIPAL}, "template": {"id": "scim"}} | spec,
        "status": {"origin": "Created"},
    }
