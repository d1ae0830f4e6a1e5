"""The form of the ids and names that people write into a spec."""

from typing import Annotated

from pydantic import StringConstraints

GUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
URL_SAFE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._~-]*$"
"""Ids go into the path of a URL unchanged. The first character excludes `.` and `..`, which a path would drop."""

OBJECT_NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
DATA_KEY_PATTERN = "^[-._a-zA-Z0-9]+$"

# Graph writes GUIDs in lower case, a user may paste them in upper case, and ids are compared as text.
Guid = Annotated[str, StringConstraints(pattern=GUID_PATTERN, max_length=36, to_lower=True)]
TemplateId = Annotated[str, StringConstraints(pattern=URL_SAFE_PATTERN, max_length=128)]
FactoryTag = Annotated[str, StringConstraints(pattern=URL_SAFE_PATTERN, max_length=128)]
JobId = Annotated[str, StringConstraints(pattern=URL_SAFE_PATTERN, max_length=256)]
ObjectName = Annotated[str, StringConstraints(pattern=OBJECT_NAME_PATTERN, max_length=253)]
"""The name of a Kubernetes object (RFC 1123 subdomain)."""

DataKey = Annotated[str, StringConstraints(pattern=DATA_KEY_PATTERN, max_length=253)]
"""A key in the data of a Secret or ConfigMap."""
