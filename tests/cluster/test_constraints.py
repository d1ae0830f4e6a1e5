"""Only an API server can prove what it refuses: each constraint of the CRD, accepted and refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from entrasync.api.crd import synchronization_job_crd
from tests.cluster.constraints import CONSTRAINTS, JOB_ID, OTHER_JOB_ID, Constraint, Overlay
from tests.cluster.jobs import Jobs
from tests.support.cluster import RefusedError

SCHEMA = synchronization_job_crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
SIMPLE = {
    *("enum", "pattern", "format", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "multipleOf"),
}
KNOWN = {
    *SIMPLE,
    *("type", "description", "default", "required", "properties", "items", "x-kubernetes-validations"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-preserve-unknown-fields"),
}


def constraints_of(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Walk a schema; yield each constraint's guard and, for a rule, its message."""
    assert schema.keys() <= KNOWN, f"{path}: say here whether this constrains: {schema.keys() - KNOWN}"
    yield from ((f"{path} {keyword}", "") for keyword in schema if keyword in SIMPLE)
    yield from ((f"{path} required {name}", "") for name in schema.get("required", ()))
    yield from ((f"{path} rule", rule["message"]) for rule in schema.get("x-kubernetes-validations", ()))
    yield from ((f"{path} list-map {key}", "") for key in schema.get("x-kubernetes-list-map-keys", ()))
    for name, member in schema.get("properties", {}).items():
        yield from constraints_of(member, f"{path}.{name}")
    if "items" in schema:
        yield from constraints_of(schema["items"], f"{path}[]")


def attempt(jobs: Jobs, constraint: Constraint, overlay: Overlay) -> None:
    """Have the API server judge an overlay: at creation, as a change of what was stored before, or as a status."""
    if constraint.before is None and "status" not in overlay:
        jobs.create(overlay, dry_run=True)
    else:
        jobs.change(jobs.create(constraint.before), overlay)


def cases(which: str) -> list[Any]:
    return [
        pytest.param(constraint, overlay, id=f"{constraint.guard.strip()} {overlay}"[:100])
        for constraint in CONSTRAINTS
        for overlay in getattr(constraint, which)
    ]


@pytest.mark.parametrize(("constraint", "overlay"), cases("accepted"))
def test_accepted(jobs: Jobs, constraint: Constraint, overlay: Overlay) -> None:
    attempt(jobs, constraint, overlay)


@pytest.mark.parametrize(("constraint", "overlay"), cases("refused"))
def test_refused_in_words_that_say_where_and_what(jobs: Jobs, constraint: Constraint, overlay: Overlay) -> None:
    with pytest.raises(RefusedError) as refusal:
        attempt(jobs, constraint, overlay)

    assert refusal.value.reason == "Invalid"
    assert constraint.words in refusal.value.message


@pytest.mark.parametrize(("guard", "message"), list(constraints_of(SCHEMA)))
def test_every_constraint_of_the_crd_is_in_the_table(guard: str, message: str) -> None:
    """A constraint nobody has seen refuse anything may refuse nothing, or everything."""
    here = [c for c in CONSTRAINTS if c.guard == guard and (not message or c.words in message)]

    assert any(c.accepted for c in here), f"{guard} {message}: no accepted case in tests/cluster/constraints.py"
    assert any(c.refused for c in here), f"{guard} {message}: no refused case in tests/cluster/constraints.py"


def test_a_job_id_cannot_be_swapped_in_two_steps(jobs: Jobs) -> None:
    """A rule on the field itself would not run when the field goes, and then not when it comes again."""
    stored = jobs.change(jobs.create(), {"spec": {"jobId": JOB_ID}})

    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": None}})
    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": OTHER_JOB_ID}})
    assert jobs.read(stored)["spec"]["jobId"] == JOB_ID
