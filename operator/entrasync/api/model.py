"""What all models of our API share, and how they carry what JSON schema has no words for."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

STORED_DEFAULT = "x-stored-default"
"""Marks a default that the API server shall store. Python's own defaults stay out of the CRD: unset must stay
tellable."""

VALIDATIONS = "x-kubernetes-validations"
PRESERVE_UNKNOWN = "x-kubernetes-preserve-unknown-fields"


class ApiModel(BaseModel):
    """A part of a custom resource: camelCase outside, snake_case inside, never changed once read.

    Unknown members are ignored, as the API server prunes them: an older operator must be able to read a newer resource.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )


def stored_default(value: object) -> dict[str, Any]:
    """Let the API server write this default into stored objects."""
    return {STORED_DEFAULT: value}


def cel_rules(*rules: dict[str, str]) -> dict[str, Any]:
    """Guard a model or a field by CEL rules of the API server."""
    return {VALIDATIONS: list(rules)}


def rule(expression: str, message: str, *, field_path: str | None = None) -> dict[str, str]:
    """Write one CEL rule; the message says where, what is wrong and what to do, in one line."""
    moved = {"fieldPath": field_path} if field_path else {}
    return {"rule": expression, "message": message, **moved}


def exactly_one_of(where: str, **members: str) -> dict[str, str]:
    """Write the rule of a union; `members` are its field names, each with the words that explain it.

    A rule and not `required`, so that a member can be added later without breaking what is stored.
    """
    given = ", ".join(f"has(self.{name})" for name in members)
    choice = " or ".join(f"{name} ({meaning})" for name, meaning in members.items())
    return rule(f"[{given}].exists_one(given, given)", f"{where}: give exactly one of {choice}")


def list_map(*keys: str) -> dict[str, Any]:
    """Say that a list holds one item per key, so that appliers merge it item by item."""
    return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}
