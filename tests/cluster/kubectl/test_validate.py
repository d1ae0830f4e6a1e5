"""`validate` and the API server find the same faults in the same objects, and say the same about each of them."""

from collections.abc import Iterator

import pytest

from kubectl_entrasync.validation.checking import check_object
from tests.cluster.constraints.constraint import Constraint
from tests.cluster.jobs import Jobs
from tests.cluster.test_constraints import SUBJECTS, Subject, make_object
from tests.cluster.test_field_types import WRONG, fields_of, put
from tests.support.cluster import Object, RefusedError

FAULTY: dict[str, tuple[Object, ...]] = {
    "SynchronizationJob": (
        {"metadata": {"name": "Not_A_Name"}},
        {"spec": None},
        {"spec": {"template": None, "schedule": {"interval": "40m"}}},
        {"spec": {"settings": [None]}},
        {"spec": {"settings": [{"name": "A", "value": "x" * 20_000}] * 2}},
        {"spec": {"schema": {"tests": [{"name": "n", "input": {"a": 5, "b": "x" * 5000}}]}}},
    )
}


def first_refused(constraint: Constraint) -> Iterator[Object]:
    """Yield one case of a constraint of new objects. `validate` knows no object before, and drops a status."""
    if constraint.before is None:
        yield from (each for each in constraint.refused[:1] if "status" not in each)


def faulty_objects(subject: Subject) -> Iterator[Object]:
    """Yield objects that are refused: one for each constraint, one for each field that has another type, and more."""
    schema = subject.crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    overlays = [
        *(each for constraint in subject.constraints for each in first_refused(constraint)),
        *(put(WRONG[kind][0], place) for place, kind in fields_of(schema, ("spec",))),
        *FAULTY.get(subject.kind, ()),
    ]
    yield from (make_object(subject, overlay) for overlay in overlays)


def compare(refusal: str, faults: list[str]) -> str:
    """Return what a refusal and faults do not have in common; nothing if each fault is named, and nothing else."""
    rest = refusal
    for fault in sorted(faults, key=len, reverse=True):
        if fault not in rest:
            return f"{refusal} does not have {fault}"
        rest = rest.replace(fault, "", 1)
    return f"{refusal} has more than {faults}" if rest.strip(" ,[]") else ""


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.kind)
def test_validate_says_of_a_faulty_object_what_the_api_server_says(jobs: Jobs, subject: Subject) -> None:
    differences = []
    for tried in faulty_objects(subject):
        with pytest.raises(RefusedError) as refusal:
            jobs.cluster.create(subject.plural, tried, jobs.namespace, dry_run=True)
        said = refusal.value.message.partition(" is invalid: ")[2]
        differences.append(compare(said, [fault.message for fault in check_object(tried)]))
    assert [difference for difference in differences if difference] == []
