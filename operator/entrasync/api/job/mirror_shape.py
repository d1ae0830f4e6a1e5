"""The shape of the mirror: which JSON type each of Graph's properties has in the CRD.

It is made from the same models as the CRD, so that the operator passes on exactly what the API server accepts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from entrasync.api.job.mirror import GraphJob, SynchronizationStatus
from entrasync.api.structural_schema import structural_schema

Kind = Literal["string", "integer", "boolean"]


@dataclass(frozen=True)
class Scalar:
    """One value. An integer has 64 bits, and a boolean is not an integer."""

    kind: Kind


@dataclass(frozen=True)
class Items:
    """A list of values of one shape."""

    of: "Shape"


@dataclass(frozen=True)
class Members:
    """An object with its known members. It may have others of any shape."""

    members: Mapping[str, "Shape"]


Shape = Scalar | Items | Members


def members_of(model: type[BaseModel]) -> Members:
    """Describe the JSON types of a model's members.

    Raises:
        ValueError: A member has a type that the mirror cannot hold, such as a number with a fraction.
    """
    return _members(structural_schema(model))


def _members(schema: Mapping[str, Any]) -> Members:
    return Members({name: _shape(member) for name, member in schema["properties"].items()})


def _shape(schema: Mapping[str, Any]) -> Shape:
    match schema["type"]:
        case "object":
            return _members(schema)
        case "array":
            return Items(_shape(schema["items"]))
        case "string" | "integer" | "boolean" as kind:
            return Scalar(kind)
        case other:
            raise ValueError(f"the mirror has no words for {other}")


JOB_SHAPE = members_of(GraphJob)
"""The shape of `status.job`."""

STATUS_SHAPE = members_of(SynchronizationStatus)
"""The shape of `status.synchronizationStatus`."""
