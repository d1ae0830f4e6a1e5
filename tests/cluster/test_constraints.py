"""Only an API server can prove what it refuses: each constraint of each CRD, accepted and refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from entrasync.api.generate.crd import graph_connection_crd, synchronization_job_crd
from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL, KIND, PLURAL
from tests.cluster.constraints.connection import CONNECTION, SMALLEST_SPEC
from tests.cluster.constraints.constraint import Constraint, Overlay
from tests.cluster.constraints.job import JOB, JOB_ID, OTHER_JOB_ID
from tests.cluster.jobs import MINIMAL_SPEC, Jobs, merged
from tests.support.cluster import Object, RefusedError

SIMPLE = {
    *("enum", "pattern", "format", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "multipleOf"),
}
KNOWN = {
    *SIMPLE,
    *("type", "description", "default", "required", "properties", "items", "x-kubernetes-validations"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-preserve-unknown-fields"),
}


@dataclass(frozen=True)
class Subject:
    """A kind, and what is known of it."""

    kind: str
    plural: str
    crd: Object
    smallest: Object
    constraints: tuple[Constraint, ...]


SUBJECTS = (
    Subject(KIND, PLURAL, synchronization_job_crd(), MINIMAL_SPEC, JOB),
    Subject(CONNECTION_KIND, CONNECTION_PLURAL, graph_connection_crd(), SMALLEST_SPEC, CONNECTION),
)


@dataclass(frozen=True)
class Court:
    """Has the API server judge objects, nearly all of them by dry runs."""

    jobs: Jobs
    _stored: dict[str, Object] = field(default_factory=dict)

    def judge(self, subject: Subject, before: Overlay | None, overlay: Overlay) -> None:
        """Try an overlay: at creation, as a change of what is stored, or as a status. RefusedError says no."""
        if before is None and "status" not in overlay:
            self.jobs.cluster.create(subject.plural, _object(subject, overlay), self.jobs.namespace, dry_run=True)
            return
        self.jobs.cluster.patch(
            API_VERSION,
            subject.plural,
            self._store(subject, before or {})["metadata"]["name"],
            self.jobs.namespace,
            merge=overlay,
            subresource="status" if "status" in overlay else None,
            dry_run=True,
        )

    def _store(self, subject: Subject, before: Overlay) -> Object:
        key = f"{subject.kind} {before}"
        if key not in self._stored:
            manifest = _object(subject, before, f"before-{len(self._stored)}")
            self._stored[key] = self.jobs.cluster.create(subject.plural, manifest, self.jobs.namespace)
        return self._stored[key]


def _object(subject: Subject, overlay: Overlay, name: str = "tried") -> Object:
    head = {"apiVersion": API_VERSION, "kind": subject.kind, "metadata": {"name": name}}
    return merged(head | {"spec": subject.smallest}, overlay)


@pytest.fixture(scope="session")
def court(jobs: Jobs) -> Court:
    return Court(jobs)


def constraints_of(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Walk a schema; yield each constraint's guard and, for a rule, its message."""
    assert schema.keys() <= KNOWN, f"{path}: say here whether this constrains: {schema.keys() - KNOWN}"
    yield from ((f"{path} {keyword}", "") for keyword in schema if keyword in SIMPLE)
    yield from ((f"{path} required {name}", "") for name in schema.get("required", ()))
    yield from ((f"{path} rule", rule["message"]) for rule in schema.get("x-kubernetes-validations", ()))
    yield from ((f"{path} list-map {key}", "") for key in schema.get("x-kubernetes-list-map-keys", ()))
    if schema.get("x-kubernetes-list-type") == "set":
        yield f"{path} set", ""
    for name, member in schema.get("properties", {}).items():
        yield from constraints_of(member, f"{path}.{name}")
    if "items" in schema:
        yield from constraints_of(schema["items"], f"{path}[]")


def cases(which: str) -> list[Any]:
    return [
        pytest.param(subject, constraint, overlay, id=f"{subject.kind}{constraint.guard} {overlay}"[:120])
        for subject in SUBJECTS
        for constraint in subject.constraints
        for overlay in getattr(constraint, which)
    ]


@pytest.mark.parametrize(("subject", "constraint", "overlay"), cases("accepted"))
def test_accepted(court: Court, subject: Subject, constraint: Constraint, overlay: Overlay) -> None:
    court.judge(subject, constraint.before, overlay)


@pytest.mark.parametrize(("subject", "constraint", "overlay"), cases("refused"))
def test_refused_in_words_that_say_where_and_what(
    court: Court, subject: Subject, constraint: Constraint, overlay: Overlay
) -> None:
    with pytest.raises(RefusedError) as refusal:
        court.judge(subject, constraint.before, overlay)

    assert refusal.value.reason == "Invalid"
    assert constraint.words in refusal.value.message


@pytest.mark.parametrize(
    ("subject", "guard", "message"),
    [
        (subject, *guarded)
        for subject in SUBJECTS
        for guarded in constraints_of(subject.crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    ],
)
def test_every_constraint_of_the_crds_is_in_the_table(subject: Subject, guard: str, message: str) -> None:
    """A constraint nobody has seen refuse anything may refuse nothing, or everything."""
    here = [c for c in subject.constraints if c.guard == guard and (not message or c.words in message)]

    assert any(c.accepted for c in here), (
        f"{subject.kind}{guard} {message}: no accepted case in tests/cluster/constraints"
    )
    assert any(c.refused for c in here), (
        f"{subject.kind}{guard} {message}: no refused case in tests/cluster/constraints"
    )


def test_a_job_id_cannot_be_swapped_in_two_steps(jobs: Jobs) -> None:
    """A rule on the field itself would not run when the field goes, and then not when it comes again."""
    stored = jobs.change(jobs.create(), {"spec": {"jobId": JOB_ID}})

    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": None}})
    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": OTHER_JOB_ID}})
    assert jobs.read(stored)["spec"]["jobId"] == JOB_ID
