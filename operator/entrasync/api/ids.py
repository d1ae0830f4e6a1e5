"""The form of the ids and names that people write into a spec."""

from typing import Annotated

from pydantic import AfterValidator

from entrasync.api.constraints import Constraint, Text

GUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
URL_SAFE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._~-]*$"
"""Ids go into the path of a URL unchanged. The first character excludes `.` and `..`, which a path would drop."""

OBJECT_NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
DATA_KEY_PATTERN = "^[-._a-zA-Z0-9]+$"

EXAMPLE_GUID = "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"
EXAMPLE_JOB_ID = f"scim.f5532fc709734b1a90e8a1fa9fd03a82.{EXAMPLE_GUID}"


def _guid(called: str, where_to_find_it: str) -> Constraint:
    words = f"{called} is a GUID such as {EXAMPLE_GUID}, without braces, spaces or a path. {where_to_find_it}"
    return Text(patterns=(GUID_PATTERN,), at_most=36, words=words)


# Graph writes GUIDs in lower case, a user may paste them in upper case, and ids are compared as text.
_IN_LOWER_CASE = AfterValidator(str.lower)

ServicePrincipalId = Annotated[
    str,
    _guid("The Object ID", "The Entra admin center shows it under Enterprise applications."),
    _IN_LOWER_CASE,
]
ApplicationId = Annotated[
    str,
    _guid("The Application ID", "The Entra admin center shows it under Enterprise applications."),
    _IN_LOWER_CASE,
]
TenantId = Annotated[
    str,
    _guid("The tenant ID", "A domain name is not taken: the Overview of the Entra admin center shows the ID."),
    _IN_LOWER_CASE,
]
ClientId = Annotated[
    str,
    _guid("The client ID", "The app registration shows it as Application (client) ID."),
    _IN_LOWER_CASE,
]
TemplateId = Annotated[
    str,
    Text(
        patterns=(URL_SAFE_PATTERN,),
        at_most=128,
        words="The id of a template is one word such as scim or Azure2Azure, and not the name that the portal shows."
        " It has at most 128 letters, digits and . _ ~ -, the first a letter or digit.",
    ),
]
FactoryTag = Annotated[
    str,
    Text(
        patterns=(URL_SAFE_PATTERN,),
        at_most=128,
        words="A factory tag is one word such as CustomSCIM or aws. It has at most 128 letters, digits and . _ ~ -, the"
        " first a letter or digit.",
    ),
]
JobId = Annotated[
    str,
    Text(
        patterns=(URL_SAFE_PATTERN,),
        at_most=256,
        words=f"The id of a job looks like {EXAMPLE_JOB_ID}. Of a URL or a Terraform id, give only what stands after"
        " the last slash.",
    ),
]
ObjectName = Annotated[
    str,
    Text(
        patterns=(OBJECT_NAME_PATTERN,),
        at_most=253,
        words="The name of a Kubernetes object is written like contoso-2. It has at most 253 lower-case letters,"
        " digits, - and ., and begins and ends with a letter or digit.",
    ),
]
"""The name of a Kubernetes object (RFC 1123 subdomain)."""

DataKey = Annotated[
    str,
    Text(
        patterns=(DATA_KEY_PATTERN,),
        at_most=253,
        words="A key of a Secret is written like client-secret or tls.crt. It has from 1 to 253 letters, digits, -, _"
        " and dots.",
    ),
]
"""A key in the data of a Secret."""

ConfigMapKey = Annotated[
    str,
    Text(
        patterns=(DATA_KEY_PATTERN,),
        at_most=253,
        words="A key of a ConfigMap is written like schema.json.gz. It has from 1 to 253 letters, digits, -, _ and"
        " dots.",
    ),
]
"""A key in the data or binaryData of a ConfigMap."""

SchemaName = Annotated[
    str,
    Text(at_least=1, at_most=256, words="A name in a schema is Graph's own. It has from 1 to 256 characters."),
]
"""A name of a part of a synchronization schema."""
