"""A value of the wrong type is refused by the place of its field and the type that belongs there, for each field."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.constraints.constraint import Overlay
from tests.cluster.jobs import Jobs
from tests.cluster.test_constraints import BARE, SUBJECTS, DryRuns, Subject
from tests.support.cluster import RefusedError

WRONG: dict[str, tuple[Any, ...]] = {
    "string": (5, True, ["x"], {}),
    "integer": ("five", "5", 1.5, True, 10**30),
    "boolean": ("true", 1),
    "object": ("x", 5, ["x"]),
    "array": ("x", {}),
}


def fields_of(schema: dict[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the place of each field below a schema, with its type. The items of a list are at `[]`."""
    yield place, schema["type"]
    for name, member in schema.get("properties", {}).items():
        yield from fields_of(member, (*place, name))
    if "items" in schema:
        yield from fields_of(schema["items"], (*place, "[]"))


def put(value: Any, place: tuple[str, ...]) -> Any:
    """Wrap a value so that it stands at a place."""
    for name in reversed(place):
        value = [value] if name == "[]" else {name: value}
    return value


def every_field() -> list[Any]:
    found = []
    for subject in SUBJECTS:
        schema = subject.crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        for place, kind in fields_of(schema, ("spec",)):
            name = ".".join(place).replace(".[]", "[]")
            found.append(pytest.param(subject, place, kind, id=f"{subject.kind} {name}"))
    return found


@pytest.fixture(scope="session")
def dry_runs(jobs: Jobs) -> DryRuns:
    return DryRuns(jobs)


@pytest.mark.parametrize(("subject", "place", "kind"), every_field())
def test_a_value_of_the_wrong_type_is_refused_by_its_place_and_the_right_type(
    dry_runs: DryRuns, subject: Subject, place: tuple[str, ...], kind: str
) -> None:
    for value in WRONG[kind]:
        overlay: Overlay = put(value, place)
        with pytest.raises(RefusedError) as refusal:
            dry_runs.submit(subject, None, overlay)
        shown = ".".join(place).replace(".[]", "[0]")
        assert refusal.value.reason == "Invalid", value
        assert f"{shown}: Invalid value" in refusal.value.message, value
        assert f"must be of type {kind}" in refusal.value.message, value
        assert not re.search(BARE, refusal.value.message), value
