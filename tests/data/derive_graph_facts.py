"""Write graph_facts.json from Microsoft's OpenAPI documents of the synchronization API, given as v1.0 and beta.

    python tests/data/derive_graph_facts.py graph-synchronization-v1.0.yaml graph-synchronization-beta.yaml

A type is written shortly: `String`, `String?` may be null, `[keyValuePair]` is a list. OpenAPI 3.0 can't say that what
a reference points at may be null, so this comes from the CSDL, and so does what the documents have wrong.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOTS = ("/servicePrincipals/{servicePrincipal-id}", "/applications/{application-id}")
"""The parents of the API. Both have the same operations, which the facts have below the first one."""
PREFIX = "microsoft.graph."
COUNT = "ODataCountResponse"
SOURCE = {
    "repository": "microsoftgraph/msgraph-sdk-powershell",
    "licence": "MIT",
    "v1.0": "openApiDocs/v1.0/Applications.yml @ e3955eca82d4b46be4bc63f9e63a59095c73da69 (2024-09-25)",
    "beta": "openApiDocs/beta/Applications.yml @ 297822afd2b4740504dcb2bead122623ef941b44 (2024-10-01)",
}
"""Where Microsoft's documents come from. Of each, the paths below synchronization were taken."""
TARGET = Path(__file__).with_name("graph_facts.json")

PRIMITIVES = {
    ("string", "date-time"): "DateTime",
    ("string", "duration"): "Duration",
    ("string", "uuid"): "Guid",
    ("string", "binary"): "Bytes",
    ("integer", "int64"): "Int64",
    ("integer", "int32"): "Int32",
    ("number", "int32"): "Int32",
    ("boolean", ""): "Boolean",
    ("string", ""): "String",
}

# CSDL (schemas/v1.0-Prod.csdl): enums may not be null but for these, lists and objects may be but for the last.
NULLABLE_ENUMS = {
    "synchronizationMetadataEntry.key",
    "objectDefinitionMetadataEntry.key",
    "attributeDefinitionMetadataEntry.key",
    "objectMappingMetadataEntry.key",
    "synchronizationJobRestartCriteria.resetScope",
}
STRICT_REFERENCES = {"filterOperatorSchema.supportedAttributeTypes"}

JOB = "/servicePrincipals/{id}/synchronization/jobs/{job}"
TEMPLATE = "/servicePrincipals/{id}/synchronization/templates/{template}"
SECRETS = "/servicePrincipals/{id}/synchronization/secrets"
# What the documents have wrong or do not have, with the reason: see "Known gaps" where they come from.
CORRECTIONS: dict[str, dict[str, Any] | None] = {
    # None: PATCH answers 404, the service wants PUT (msgraph-metadata #676).
    f"PATCH {JOB}/schema": None,
    f"PUT {JOB}/schema": {"request": "synchronizationSchema", "response": None, "status": [204]},
    f"PATCH {TEMPLATE}/schema": None,
    f"PUT {TEMPLATE}/schema": {"request": "synchronizationSchema", "response": None, "status": [204]},
    # GET is missing though the service answers it; PUT answers nothing.
    f"GET {SECRETS}": {
        "request": None,
        "response": "[synchronizationSecretKeyStringValuePair]",
        "status": [200],
        "undocumented": True,
    },
    f"PUT {SECRETS}": {"request": "setSecretRequest", "response": None, "status": [204]},
    # The one useful call of bulkUpload is missing.
    f"POST {JOB}/bulkUpload": {"request": "any", "response": None, "status": [202]},
    # The reference page shows 200, live captures 201.
    "POST /servicePrincipals/{id}/synchronization/jobs": {
        "request": "synchronizationJob",
        "response": "synchronizationJob",
        "status": [200, 201],
    },
    f"PATCH {JOB}": {"request": "synchronizationJob", "response": "synchronizationJob", "status": [200, 204]},
    # Service principals and app registrations themselves are not in an extract of the synchronization API.
    "GET /applications(appId='{app}')": {"request": None, "response": "application", "status": [200]},
    "GET /servicePrincipals": {"request": None, "response": "[servicePrincipal]", "status": [200]},
    "GET /servicePrincipals/{id}": {"request": None, "response": "servicePrincipal", "status": [200]},
    "GET /servicePrincipals(appId='{app}')": {"request": None, "response": "servicePrincipal", "status": [200]},
}
SERVICE_PRINCIPAL = {
    "id": "String",
    "deletedDateTime": "DateTime?",
    "accountEnabled": "Boolean?",
    "alternativeNames": "[String]",
    "appDisplayName": "String?",
    "appId": "String?",
    "appOwnerOrganizationId": "Guid?",
    "appRoleAssignmentRequired": "Boolean",
    "displayName": "String?",
    "servicePrincipalNames": "[String]",
    "servicePrincipalType": "String?",
    "signInAudience": "String?",
    "tags": "[String]",
}
# Of the reference pages of application and passwordCredential, what the simulator has.
APPLICATION = {
    "id": "String",
    "appId": "String?",
    "displayName": "String?",
    "passwordCredentials": "[passwordCredential]",
}
PASSWORD_CREDENTIAL = {
    "customKeyIdentifier": "String?",
    "displayName": "String?",
    "endDateTime": "DateTime?",
    "hint": "String?",
    "keyId": "Guid?",
    "secretText": "String?",
    "startDateTime": "DateTime?",
}


class Document:
    """One OpenAPI document, read for its facts."""

    def __init__(self, path: Path) -> None:
        self._whole: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._schemas: dict[str, Any] = self._whole["components"]["schemas"]
        self.types: dict[str, dict[str, str]] = {
            "servicePrincipal": dict(SERVICE_PRINCIPAL),
            "application": dict(APPLICATION),
            "passwordCredential": dict(PASSWORD_CREDENTIAL),
        }
        self.enums: dict[str, dict[str, Any]] = {}
        self.navigation: set[str] = set()
        self.operations: dict[str, dict[str, Any]] = {}
        self.refused: dict[str, int] = {}

    def read(self) -> "Document":
        """Read every operation and all that it reaches."""
        self._add_type("ODataErrors.ODataError")
        first, second = (self._read_operations(root) for root in ROOTS)
        if first != second:
            raise ValueError("service principals and applications have different operations")
        self.operations = first
        for name, correction in CORRECTIONS.items():
            described = self.operations.pop(name, None)
            if correction is not None:
                self.operations[name] = correction
            elif described is not None:
                self.refused[name] = 404
        return self

    def _read_operations(self, root: str) -> dict[str, dict[str, Any]]:
        """Read the operations of one parent."""
        return {
            f"{method.upper()} {_shorten(path.replace(root, '/servicePrincipals/{id}'))}": self._read_operation(
                operation
            )
            for path, methods in self._whole["paths"].items()
            if path.startswith(root)
            for method, operation in methods.items()
        }

    def describe(self) -> dict[str, Any]:
        """Give all facts, in an order that does not change by itself."""
        return {
            "operations": dict(sorted(self.operations.items(), key=lambda item: item[0].split(" ")[::-1])),
            "refused": self.refused,
            "types": dict(sorted(self.types.items())),
            "navigation": sorted(self.navigation),
            "enums": dict(sorted(self.enums.items())),
        }

    def _read_operation(self, operation: dict[str, Any]) -> dict[str, Any]:
        words = operation["operationId"].split("_")
        last = next(word for word in reversed(words) if word != "collection")
        request = self._read_content(operation.get("requestBody"), last)
        response = self._read_content(operation["responses"].get("2XX"), last)
        return {"request": request, "response": response, "status": [200] if response else [204]}

    def _read_content(self, part: dict[str, Any] | None, operation: str) -> str | None:
        if part is None:
            return None
        if "$ref" in part:
            part = self._whole["components"]["responses"][part["$ref"].rsplit("/", 1)[1]]
        schema = next(iter((part or {}).get("content", {"": {}}).values())).get("schema")
        if schema is None:
            return None
        name = schema.get("$ref", "").rsplit("/", 1)[-1].removeprefix(PREFIX)
        if name == COUNT:
            return "Count"
        if name.endswith("CollectionResponse"):
            return self._read_collection(self._schemas[PREFIX + name])
        if name:
            return self._read_reference(name)[0]
        if "value" in schema.get("properties", {}) and "Collection" in schema.get("title", ""):
            return self._read_collection(schema)
        if schema["type"] != "object":
            return "any"
        name = f"{operation[0].lower()}{operation[1:]}Request"
        self.types[name] = self._read_properties(name, schema)
        return name

    def _read_collection(self, schema: dict[str, Any]) -> str:
        return f"[{self._read_property('', '', schema['properties']['value']['items']).rstrip('?')}]"

    def _add_type(self, name: str) -> None:
        if name not in self.types:
            self.types[name] = {}  # before its properties, since types refer to themselves
            self.types[name] |= self._read_properties(name, self._schemas[PREFIX + name])

    def _read_properties(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        parts = [
            self._schemas[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in schema.get("allOf", [schema])
        ]
        pairs = [pair for part in parts for pair in part.get("properties", {}).items()]
        self.navigation |= {f"{name}.{key}" for key, value in pairs if "x-ms-navigationProperty" in value}
        return {key: self._read_property(name, key, value) for key, value in pairs}

    def _read_property(self, owner: str, name: str, schema: dict[str, Any]) -> str:
        full = f"{owner}.{name}"
        if "$ref" in schema:
            target, is_enum = self._read_reference(schema["$ref"].rsplit("/", 1)[1].removeprefix(PREFIX))
            nullable = full in NULLABLE_ENUMS if is_enum else full not in STRICT_REFERENCES
            return target + "?" * nullable
        if schema["type"] == "array":
            item = self._read_property("", "", schema["items"]).rstrip("?")
            return f"[{item}]" + "?" * (full not in STRICT_REFERENCES)
        if schema["type"] == "object":
            return "any?"
        kind = PRIMITIVES[schema["type"], schema.get("format", "")]
        return kind + "?" * bool(schema.get("nullable"))

    def _read_reference(self, name: str) -> tuple[str, bool]:
        schema = self._schemas[PREFIX + name]
        if "enum" not in schema:
            self._add_type(name)
            return name, False
        self.enums[name] = {"flags": "x-ms-enum-flags" in schema, "members": schema["enum"]}
        return name, True


def _shorten(path: str) -> str:
    path = path.replace("{synchronizationJob-id}", "{job}").replace("{synchronizationTemplate-id}", "{template}")
    return re.sub(r"\(\)$", "", path.replace("{directoryDefinition-id}", "{directory}"))


def _differ(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Keep of `above` what `below` does not say."""
    return {
        kind: {name: fact for name, fact in facts.items() if below[kind].get(name) != fact}
        for kind, facts in above.items()
        if isinstance(facts, dict)
    }


def _write(document: dict[str, Any], indent: str = "") -> str:
    """Write JSON with each operation, type and enum on a line of its own, so that a diff can be read."""
    lines = []
    for name, value in document.items():
        deep = isinstance(value, dict) and any(isinstance(item, dict) for item in value.values()) and len(indent) < 4
        text = _write(value, indent + "  ") if deep else json.dumps(value)
        lines.append(f"{indent}  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def derive(stable: Path, beta: Path) -> str:
    """Derive the text of graph_facts.json."""
    facts = Document(stable).read().describe()
    return _write({"source": SOURCE, "v1.0": facts, "beta": _differ(facts, Document(beta).read().describe())}) + "\n"


if __name__ == "__main__":
    TARGET.write_text(derive(Path(sys.argv[1]), Path(sys.argv[2])), encoding="utf-8")
