"""Makes schemas from their descriptions (graph-facts 2 and 3.1)."""

import json
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.tree import Attribute, walk
from graph_simulator.world.expressions.writer import write_source
from graph_simulator.world.gallery.attributes import list_attributes
from graph_simulator.world.gallery.catalogue import DESCRIPTIONS
from graph_simulator.world.gallery.descriptions import (
    SEPARATOR,
    Description,
    Mapping,
    ObjectMap,
    Rule,
    list_mappings,
)

ENTRA = "Azure Active Directory"
"""The directory that nobody may change."""
UNKNOWN_MEMBERS = frozenset(
    {
        "synchronizationRule.provenance",
        "objectMapping.lastReviewed",
        "attributeMapping.conditions",
        "directoryDefinition.connector",
        "attributeDefinition.isReservedForService",
    }
)
"""Members that the description of the API does not have. Graph adds such, and they must survive a PUT."""
_NAMES = UUID("5b0a4d0e-0c9d-4a63-9f0a-5d6f4f2d7c11")


def make_gallery_schema(name: str, schema_id: str) -> dict[str, Any]:
    """Make the schema of the gallery that has a name.

    Raises:
        KeyError: There is none.
    """
    schema: dict[str, Any] = json.loads(_write_schema(name))
    return {"id": schema_id} | schema


@cache
def _write_schema(name: str) -> str:
    """Write a schema as JSON: each is made once, and read anew for each caller, who may change it."""
    description = DESCRIPTIONS[name]
    sides = [(rule.source, rule.target) for rule in description.rules]
    directories = dict.fromkeys(directory for side in sides for directory in side)
    rules = [_make_rule(name, rule, place) for place, rule in enumerate(description.rules, 1)]
    return json.dumps(
        {
            "version": "v1.2",
            "synchronizationRules": rules,
            "directories": [_make_directory(name, description, directory) for directory in directories],
        }
    )


def _make_rule(name: str, rule: Rule, place: int) -> dict[str, Any]:
    metadata = (("defaultSourceObjectMappings", rule.maps[0].source), ("supportsProvisionOnDemand", "true"))
    return {
        "editable": rule.is_editable,
        "id": _draw_id(name, f"rule {rule.name}"),
        "name": rule.name,
        "priority": place,
        "sourceDirectoryName": rule.source,
        "targetDirectoryName": rule.target,
        "containerFilter": {"includedContainers": list(rule.containers)} if rule.containers else None,
        "groupFilter": {"includedGroups": list(rule.groups)} if rule.groups else None,
        "metadata": [{"key": key, "value": value} for key, value in metadata],
        "objectMappings": [_make_object_mapping(rule, item) for item in rule.maps],
        "provenance": {"origin": "Template", "revision": place},
    }


def _make_object_mapping(rule: Rule, item: ObjectMap) -> dict[str, Any]:
    return {
        "enabled": item.is_enabled,
        "flowTypes": item.flow_types,
        "name": f"Provision {rule.source} {item.source}s to {rule.target} {item.target}s",
        "sourceObjectName": item.source,
        "targetObjectName": item.target,
        "metadata": [{"key": "EscrowBehavior", "value": "Default"}, {"key": "IsCustomerDefined", "value": "false"}],
        "scope": _make_scope(item) if item.scope else None,
        "attributeMappings": [_make_mapping(mapping) for mapping in list_mappings(item.mappings)],
        "lastReviewed": None,
    }


def _make_scope(item: ObjectMap) -> dict[str, Any]:
    groups = [{"name": name, "clauses": [_make_clause(clause) for clause in clauses]} for name, clauses in item.scope]
    return {"categoryFilterGroups": [], "groups": groups, "inputFilterGroups": []}


def _make_clause(text: str) -> dict[str, Any]:
    attribute, operator, *values = text.split(SEPARATOR)
    return {"operatorName": operator, "sourceOperandName": attribute, "targetOperand": {"values": values}}


def _make_mapping(mapping: Mapping) -> dict[str, Any]:
    return {
        "defaultValue": mapping.default,
        "exportMissingReferences": False,
        "flowBehavior": mapping.flow_behavior,
        "flowType": mapping.flow_type,
        "matchingPriority": mapping.matching_priority,
        "targetAttributeName": mapping.target,
        "source": write_source(parse_expression(mapping.expression)) if mapping.expression else None,
        "conditions": [],
    }


def _make_directory(name: str, description: Description, directory: str) -> dict[str, Any]:
    is_entra = directory.startswith(ENTRA)
    mapped = _list_mapped(description, directory)
    return {
        "discoverabilities": "None" if is_entra else "AttributeNames,AttributeDataTypes,ReferenceAttributes",
        "discoveryDateTime": None if is_entra else "2025-01-15T09:30:00Z",
        "id": _draw_id(name, f"directory {directory}"),
        "name": directory,
        "readOnly": is_entra,
        "version": None if is_entra else _draw_id(name, f"version {directory}"),
        "objects": [
            {
                "name": kind,
                "supportedApis": ["MSGraph"] if is_entra else [],
                "metadata": _list_metadata(attributes),
                "attributes": list_attributes(attributes, description.more.get((directory, kind), "")),
            }
            for kind, attributes in mapped.items()
        ],
        "connector": {"kind": "Entra" if is_entra else "Application", "preview": False},
    }


def _list_metadata(attributes: list[str]) -> list[dict[str, str]]:
    named = (("accountEnabled", "PropertyNameAccountEnabled"), ("IsSoftDeleted", "PropertyNameSoftDeleted"))
    entries = [(key, name) for name, key in named if name in attributes]
    entries.append(("IsSynchronizeAllSupported", "true"))
    return [{"key": key, "value": value} for key, value in entries]


def _list_mapped(description: Description, directory: str) -> dict[str, list[str]]:
    """List the attributes of each object of a directory that mappings and scopes have, by the object."""
    found: dict[str, dict[str, None]] = {}
    for rule in description.rules:
        for item in rule.maps:
            mappings = list(list_mappings(item.mappings))
            if rule.source == directory:
                names = [clause.split(SEPARATOR)[0] for _, clauses in item.scope for clause in clauses]
                sources = [name for mapping in mappings for name in _list_sources(mapping)]
                found.setdefault(item.source, {}).update(dict.fromkeys([*sources, *names]))
            if rule.target == directory:
                found.setdefault(item.target, {}).update(dict.fromkeys(mapping.target for mapping in mappings))
    return {kind: list(names) for kind, names in found.items()}


def _list_sources(mapping: Mapping) -> list[str]:
    if not mapping.expression:
        return []
    return [part.name for part in walk(parse_expression(mapping.expression)) if isinstance(part, Attribute)]


def _draw_id(name: str, part: str) -> str:
    return str(uuid5(_NAMES, f"{name}/{part}"))
