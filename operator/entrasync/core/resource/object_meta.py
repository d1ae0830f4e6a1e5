"""What the objects of all our kinds have in common: their metadata, and how a spec is read that may be invalid."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from entrasync.core.primitives.json_values import read_object, share_texts
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import parse_time

SpecT = TypeVar("SpecT")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ObjectMeta:
    """The metadata of an object of one of our kinds, as the API server sends it.

    `annotations` are as stored, never trusted to be well-formed.
    """

    key: ObjectKey
    uid: str
    generation: int
    resource_version: str
    created_at: datetime = EPOCH
    is_deleting: bool = False
    finalizers: tuple[str, ...] = ()
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def user_input(self) -> tuple[object, ...]:
        """What users decide about the object. A kind adds the annotations that it goes by."""
        return self.uid, self.generation, self.is_deleting


def has_news(known: ObjectMeta, seen: ObjectMeta) -> bool:
    """Whether users have changed an object. What the operator itself writes is no news."""
    return known.user_input != seen.user_input


def read_meta(raw: Mapping[str, Any]) -> ObjectMeta:
    """Read the metadata of an object as the API server sends it."""
    metadata = raw["metadata"]
    return ObjectMeta(
        key=ObjectKey(metadata.get("namespace", ""), metadata["name"]),
        uid=metadata["uid"],
        generation=metadata.get("generation", 0),
        resource_version=metadata["resourceVersion"],
        created_at=parse_time(metadata.get("creationTimestamp")) or EPOCH,
        is_deleting="deletionTimestamp" in metadata,
        finalizers=tuple(metadata.get("finalizers") or ()),
        annotations=metadata.get("annotations") or {},
    )


def read_status(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the status of an object as stored; empty when it has none."""
    status: Mapping[str, Any] = share_texts(read_object(raw.get("status")))
    return status


def read_spec(raw: Mapping[str, Any], validate: Callable[[Any], SpecT]) -> tuple[SpecT | None, str | None]:
    """Read the spec of an object by `validate`. Returns the spec, or None and what is wrong with it, in words.

    The words name each field and never repeat its value, for it may be a secret in the wrong place.
    """
    try:
        return validate(raw.get("spec") or {}), None
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        return None, "; ".join(_describe_fault(fault["loc"], fault["msg"]) for fault in faults)


def _describe_fault(place: tuple[int | str, ...], words: str) -> str:
    said = words.removeprefix("Value error, ").rstrip(".")
    return f"spec.{'.'.join(map(str, place))}: {said}"
