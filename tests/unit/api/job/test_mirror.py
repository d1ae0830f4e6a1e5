"""The mirror is complete: it has every property of Graph's types (v1.0 and beta) under Graph's own name."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from entrasync.api.job import mirror
from entrasync.api.job.mirror_shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape, members_of

FACTS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "data" / "graph_facts.json").read_text())
TYPES: dict[str, dict[str, str]] = FACTS["v1.0"]["types"] | FACTS["beta"]["types"]
ENUMS: dict[str, Any] = FACTS["v1.0"]["enums"] | FACTS["beta"]["enums"]

TEXT = Scalar("string")
SCALARS = {
    **dict.fromkeys(("String", "DateTime", "Duration", "Guid", *ENUMS), TEXT),
    **dict.fromkeys(("Int32", "Int64"), Scalar("integer")),
    "Boolean": Scalar("boolean"),
}
NOT_MIRRORED = frozenset({"status", "schema", "bulkUpload"})
"""Properties of a job: `status` is mirrored separately, and Graph does not return the others with the job."""


def graph_shape(type_: str) -> Shape:
    """Return the shape of a type in graph_facts.json: `String?` may be null, `[keyValuePair]` is a list."""
    name = type_.removesuffix("?")
    if name.startswith("["):
        return Items(graph_shape(name[1:-1]))
    return SCALARS.get(name) or graph_object(name)


def graph_object(name: str, without: frozenset[str] = frozenset()) -> Members:
    return Members({member: graph_shape(type_) for member, type_ in TYPES[name].items() if member not in without})


def test_the_mirror_of_the_status_has_every_property_with_its_json_type() -> None:
    assert graph_object("synchronizationStatus") == STATUS_SHAPE


def test_the_mirror_of_the_job_has_every_property_with_its_json_type() -> None:
    assert graph_object("synchronizationJob", NOT_MIRRORED) == JOB_SHAPE


def test_the_types_that_are_compared_are_not_empty() -> None:
    """An empty type would be equal to an empty mirror."""
    assert len(TYPES["synchronizationStatus"]) == 12
    assert len(TYPES["synchronizationTaskExecution"]) == 14
    assert len(TYPES["synchronizationQuarantine"]) == 6


def test_a_list_of_values_has_a_shape() -> None:
    class Sample(BaseModel):
        names: list[str]

    assert members_of(Sample) == Members({"names": Items(TEXT)})


def test_a_type_without_a_shape_is_refused() -> None:
    class Sample(BaseModel):
        ratio: float

    with pytest.raises(ValueError, match="number"):
        members_of(Sample)


def test_every_object_of_the_mirror_keeps_unknown_members() -> None:
    models = [m for m in vars(mirror).values() if isinstance(m, type) and issubclass(m, mirror.GraphObject)]

    assert len(models) == 10
    for model in models:
        assert model.model_json_schema()["x-kubernetes-preserve-unknown-fields"] is True
