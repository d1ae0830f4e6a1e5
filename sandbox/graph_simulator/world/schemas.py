"""Makes the schemas of templates and jobs: what is synchronized, and how attributes are mapped (graph-facts 3.1)."""

from typing import Any
from uuid import UUID, uuid5

from graph_simulator.world.gallery.schemas import make_gallery_schema
from graph_simulator.world.templates import Template

Schema = dict[str, Any]
"""A synchronizationSchema as JSON."""

SOURCE_DIRECTORY = "Azure Active Directory"
_NAMES = UUID("0e8f6c0c-6a0b-4f0c-9d51-7a0c3f6f2a11")
_ATTRIBUTES = {
    "User": (("userPrincipalName", "userName"), ("displayName", "displayName"), ("mail", "emails")),
    "Group": (("displayName", "displayName"), ("objectId", "externalId")),
}
"""The mapped attributes of each object: in the source, and what they flow to. A real schema has many more."""
_UNMAPPED = {
    "User": (
        "objectId mailNickname givenName surname jobTitle department companyName employeeId employeeType userType city"
        " country accountEnabled",
        "nickName name.givenName name.familyName title active externalId userType preferredLanguage",
    ),
    "Group": ("mail mailNickname description", "members"),
}
"""The other attributes of each object, in the source and in the target."""


def make_template_schema(template: Template) -> Schema:
    """Make the schema of a template, whose id ends in 32 zeros (graph-facts 4.1)."""
    return make_schema(template, f"{template.id}.{'0' * 32}")


def make_schema(template: Template, schema_id: str) -> Schema:
    """Make the schema that a template gives to a job.

    It is that of the gallery if the template names one. Else it has one rule, with a mapping for each of the template's
    types of entries.
    """
    if template.gallery_schema:
        return make_gallery_schema(template.gallery_schema, schema_id)
    names = [entry.partition(" to ")[0].capitalize() for entry in template.entry_types]
    target = template.factory_tag
    return {
        "id": schema_id,
        "version": "6.0",
        "synchronizationRules": [_make_rule(template, names, target)],
        "directories": [
            _make_directory(template, SOURCE_DIRECTORY, names, 0, read_only=True),
            _make_directory(template, target, names, 1, read_only=False),
        ],
    }


def _make_rule(template: Template, names: list[str], target: str) -> dict[str, Any]:
    return {
        "id": _draw_id(template, "rule"),
        "name": "USER_OUTBOUND_USER",
        "editable": True,
        "priority": 1,
        "sourceDirectoryName": SOURCE_DIRECTORY,
        "targetDirectoryName": target,
        "containerFilter": None,
        "groupFilter": None,
        "metadata": [{"key": "supportsProvisionOnDemand", "value": "true"}],
        "objectMappings": [_make_mapping(name) for name in names],
    }


def _make_mapping(name: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "flowTypes": "Add,Update,Delete",
        "name": f"Provision {SOURCE_DIRECTORY} {name}s",
        "sourceObjectName": name,
        "targetObjectName": name,
        "scope": None,
        "metadata": [],
        "attributeMappings": [
            {
                "defaultValue": "",
                "exportMissingReferences": False,
                "flowBehavior": "FlowWhenChanged",
                "flowType": "Always",
                "matchingPriority": 0 if place else 1,
                "targetAttributeName": target,
                "source": {"expression": f"[{source}]", "name": source, "type": "Attribute", "parameters": []},
            }
            for place, (source, target) in enumerate(_ATTRIBUTES[name])
        ],
    }


def _make_directory(
    template: Template, directory: str, names: list[str], side: int, *, read_only: bool
) -> dict[str, Any]:
    return {
        "id": _draw_id(template, directory),
        "name": directory,
        "readOnly": read_only,
        "discoverabilities": "None" if read_only else "AttributeNames,AttributeDataTypes",
        "discoveryDateTime": None,
        "version": None,
        "objects": [
            {
                "name": name,
                "supportedApis": [],
                "metadata": [],
                "attributes": [
                    _make_attribute(attribute, anchor=not place)
                    for place, attribute in enumerate(_list_attributes(name, side))
                ],
            }
            for name in names
        ],
    }


def _list_attributes(name: str, side: int) -> list[str]:
    return [*(pair[side] for pair in _ATTRIBUTES[name]), *_UNMAPPED[name][side].split()]


def _make_attribute(name: str, *, anchor: bool) -> dict[str, Any]:
    return {
        "anchor": anchor,
        "apiExpressions": [],
        "caseExact": False,
        "defaultValue": None,
        "flowNullValues": False,
        "metadata": [],
        "multivalued": False,
        "mutability": "ReadWrite",
        "name": name,
        "referencedObjects": [],
        "required": anchor,
        "type": "String",
    }


def _draw_id(template: Template, part: str) -> str:
    return str(uuid5(_NAMES, f"{template.id}/{part}"))
