"""A schema as Graph shows one, with members that nobody knows, and wishes for it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema, attribute_source

RULE = "USER_OUTBOUND_USER"
USERS = "Provision Azure Active Directory Users"
PATH = f"spec.schema.rules[{RULE}].objectMappings[{USERS}]"


def attribute_mapping(target: str, source: Mapping[str, Any] | None, **overlay: Any) -> dict[str, Any]:
    """A mapping as Graph sends it."""
    return {
        "defaultValue": "",
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": 0,
        "targetAttributeName": target,
        "source": source,
        **overlay,
    }


def graph_schema(*mappings: Mapping[str, Any], **overlay: Any) -> dict[str, Any]:
    """A schema with one rule for users; keywords are members of its object mapping."""
    usual = (
        attribute_mapping(
            "userName", attribute_source("userPrincipalName"), matchingPriority=1, unknownMember={"a": 1}
        ),
        attribute_mapping("displayName", attribute_source("displayName")),
    )
    object_mapping = {
        "attributeMappings": [dict(mapping) for mapping in mappings or usual],
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "metadata": [{"key": "EscrowBehavior", "value": "x"}],
        "name": USERS,
        "scope": None,
        **overlay,
    }
    return {
        "@odata.context": "https://graph.example/$metadata#schema",
        "id": "schema.of.the.job",
        "version": "6.0",
        "unknownMember": ["kept", 1, None],
        "synchronizationRules": [
            {"id": "rule-1", "name": RULE, "editable": True, "priority": 1, "objectMappings": [object_mapping]},
            {"id": "rule-2", "name": "GROUP_OUTBOUND_GROUP", "editable": True, "objectMappings": []},
        ],
        "directories": [{"id": "directory-1", "name": "Azure Active Directory", "objects": []}],
    }


SOURCE_ATTRIBUTES = ("userPrincipalName", "displayName", "mail", "mailNickname", "department")
TARGET_ATTRIBUTES = ("userName", "displayName", "nickName", "title")


def discovered_schema(*mappings: Mapping[str, Any], **overlay: Any) -> dict[str, Any]:
    """The same schema with the attributes of both directories, of which the source is read-only."""
    schema = graph_schema(*mappings, sourceObjectName="User", targetObjectName="User", **overlay)
    source, target = "Azure Active Directory", "CustomSCIM"
    schema["synchronizationRules"][0] |= {"sourceDirectoryName": source, "targetDirectoryName": target}
    schema["directories"] = [
        _directory(source, SOURCE_ATTRIBUTES, read_only=True),
        _directory(target, TARGET_ATTRIBUTES, read_only=False),
    ]
    return schema


def _directory(name: str, attributes: Sequence[str], *, read_only: bool) -> dict[str, Any]:
    entries = [attribute_definition(attribute, isReservedForService=False) for attribute in attributes]
    user = {"name": "User", "supportedApis": [], "metadata": [], "attributes": entries}
    return {"id": f"directory {name}", "name": name, "readOnly": read_only, "version": None, "objects": [user]}


def attribute_definition(name: str, **overlay: Any) -> dict[str, Any]:
    """An attribute of an object as Graph sends it."""
    return {
        "anchor": False,
        "apiExpressions": [],
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "metadata": [],
        "multivalued": False,
        "mutability": "ReadWrite",
        "name": name,
        "referencedObjects": [],
        "required": False,
        "type": "String",
        **overlay,
    }


def schema_wish(*mappings: Mapping[str, Any], rule: str = RULE, name: str = USERS, **overlay: Any) -> SchemaSpec:
    """A `spec.schema` with these attribute mappings; keywords are members of `spec.schema` itself."""
    object_mapping = {"name": name, **({"attributeMappings": list(mappings)} if mappings else {})}
    rules = overlay.pop("rules", [{"name": rule, "objectMappings": [object_mapping]}])
    return SchemaSpec.model_validate({"rules": rules, **overlay})


def directory_wish(*attributes: Mapping[str, Any], directory: str = "CustomSCIM", kind: str = "User") -> SchemaSpec:
    """A `spec.schema` with these attributes of a directory's object."""
    entry = {"name": directory, "objects": [{"name": kind, "attributes": list(attributes)}]}
    return SchemaSpec.model_validate({"directories": [entry]})


def replacing_wish(name: str, key: str = "schema.json", **members: Any) -> SchemaSpec:
    """A `spec.schema` that takes the whole schema from a ConfigMap."""
    reference = {"configMapKeyRef": {"name": name, "key": key}}
    return SchemaSpec.model_validate({"policy": "Replace", "from": reference, **members})


def function_source(name: str, *arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A function as Graph's parser writes it."""
    text = ", ".join(str(argument["expression"]) for argument in arguments)
    pairs = [{"key": f"p{place}", "value": dict(argument)} for place, argument in enumerate(arguments)]
    return {"expression": f"{name}({text})", "name": name, "type": "Function", "parameters": pairs}


class FakeSchemas:
    """`SchemaApi` over a dict. Graph refuses expressions that begin with an exclamation mark."""

    schemas: dict[str, dict[str, Any]]
    ignores_schemas: bool
    asked_templates: list[str]
    sent_schemas: list[Schema]

    def _call(self, name: str, act: Any) -> None:
        raise NotImplementedError

    async def get_schema(self, service_principal_id: str, job_id: str) -> Schema:
        self._call("get_schema", lambda: None)
        return deepcopy(self.schemas.setdefault(job_id, graph_schema()))

    async def get_template_schema(self, service_principal_id: str, template_id: str) -> Schema:
        self._call("get_template_schema", lambda: None)
        self.asked_templates.append(template_id)
        return {**graph_schema(), "id": f"{template_id}.{'0' * 32}"}

    async def delete_schema(self, service_principal_id: str, job_id: str) -> None:
        def reset() -> None:
            if not self.ignores_schemas:
                self.schemas[job_id] = graph_schema()

        self._call("delete_schema", reset)

    async def put_schema(self, service_principal_id: str, job_id: str, schema: Schema) -> None:
        def put() -> None:
            self.sent_schemas.append(schema)
            if not self.ignores_schemas:
                self.schemas[job_id] = deepcopy(dict(schema))

        self._call("put_schema", put)

    async def parse_expression(self, service_principal_id: str, job_id: str, expression: str) -> ParsedExpression:
        self._call("parse_expression", lambda: None)
        if expression.startswith("!"):
            return ParsedExpression(None, f"Unexpected text at position {expression.index('!')}.")
        name, _, rest = expression.partition("(")
        arguments: Sequence[str] = rest.rstrip(")").split(",")
        return ParsedExpression(function_source(name, *(attribute_source(text.strip("[] ")) for text in arguments)))

    async def evaluate_expression(
        self, service_principal_id: str, job_id: str, expression: str, attributes: Mapping[str, str]
    ) -> Evaluation:
        self._call("evaluate_expression", lambda: None)
        name, _, rest = expression.rpartition("(")
        found = attributes.get(rest.strip("[]) "))
        if found is None:
            return Evaluation(error=f"There is no attribute {rest.strip('[]) ')}.")
        return Evaluation((found.lower() if name == "ToLower" else found,))
