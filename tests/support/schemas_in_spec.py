"""Parts of `spec.schema` for the schema that the simulator gives to a job with the template scim."""

from typing import Any

RULE = "USER_OUTBOUND_USER"
OBJECT_MAPPING = "Provision Azure Active Directory Users"


def mapping_schema(*mappings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a `spec.schema` with these attribute mappings."""
    objects = [{"name": OBJECT_MAPPING, "attributeMappings": list(mappings)}]
    return {"rules": [{"name": RULE, "objectMappings": objects}], **more}
