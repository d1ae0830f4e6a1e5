"""`validate` accepts and refuses what the API server does, in its words. Both are asked the same cases."""

from typing import Any

import pytest

from kubectl_entrasync.validation.checking import check_object
from tests.cluster.constraints.constraint import Constraint, Overlay
from tests.cluster.test_constraints import SUBJECTS, Subject, make_object


def cases(which: str) -> list[Any]:
    """Return the cases of new objects. There is no object before, and a status in a manifest is dropped."""
    return [
        pytest.param(subject, constraint, overlay, id=f"{subject.kind}{constraint.guard} {overlay}"[:120])
        for subject in SUBJECTS
        for constraint in subject.constraints
        for overlay in getattr(constraint, which)
        if constraint.before is None and "status" not in overlay
    ]


@pytest.mark.parametrize(("subject", "constraint", "overlay"), cases("accepted"))
def test_validate_accepts_what_the_api_server_accepts(
    subject: Subject, constraint: Constraint, overlay: Overlay
) -> None:
    assert [fault.message for fault in check_object(make_object(subject, overlay))] == []


@pytest.mark.parametrize(("subject", "constraint", "overlay"), cases("refused"))
def test_validate_refuses_what_the_api_server_refuses_and_says_the_same(
    subject: Subject, constraint: Constraint, overlay: Overlay
) -> None:
    faults = check_object(make_object(subject, overlay))
    assert any(constraint.message in fault.message for fault in faults), [fault.message for fault in faults]
