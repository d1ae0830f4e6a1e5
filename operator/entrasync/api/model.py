"""The base class of all models of the API, and the extensions of JSON schema that they use."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

STORED_DEFAULT = "x-stored-default"
"""Marks a default that the API server stores. Python's own defaults stay out of the CRD, so that an unset field can be
told from one that is set."""

VALIDATIONS = "x-kubernetes-validations"
PRESERVE_UNKNOWN = "x-kubernetes-preserve-unknown-fields"


class ApiModel(BaseModel):
    """A part of a custom resource: camelCase outside, snake_case inside, immutable.

    Unknown members are ignored, because an older operator must be able to read a newer resource.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )


def stored_default(value: object) -> dict[str, Any]:
    """Return the schema extra that makes the API server write this default into stored objects."""
    return {STORED_DEFAULT: value}


def cel_rules(*rules: dict[str, str]) -> dict[str, Any]:
    """Return the schema extra that guards a model or a field by CEL rules."""
    return {VALIDATIONS: list(rules)}


def rule(expression: str, message: str, *, field_path: str | None = None) -> dict[str, str]:
    """Write one CEL rule. The message says in whole sentences what is wrong and what to do.

    The conversion to a structural schema puts in front of it where the fault is: the path of the field.
    """
    moved = {"fieldPath": field_path} if field_path else {}
    return {"rule": expression, "message": message, **moved}


def exactly_one_of(**members: str) -> dict[str, str]:
    """Write the CEL rule of a union. `members` are its field names, each with the words that explain it.

    It is a rule and not `required`, so that a member can be added later without breaking stored objects.
    """
    given = ", ".join(f"has(self.{name})" for name in members)
    choice = " or ".join(f"{name} ({meaning})" for name, meaning in members.items())
    return rule(f"[{given}].exists_one(given, given)", f"Give exactly one of {choice}.")


def list_map(*keys: str) -> dict[str, Any]:
    """Return the schema extra of a list with one item per key, which server-side apply merges item by item."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}
