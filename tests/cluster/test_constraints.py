"""The API server applies each constraint of each CRD: it accepts good objects and refuses bad ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, synchronization_job_crd
from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    CONNECTION_PLURAL,
    KIND,
    PLURAL,
    PROVISIONING_KIND,
    PROVISIONING_PLURAL,
)
from tests.cluster.constraints.connection import CONNECTION, SMALLEST_SPEC
from tests.cluster.constraints.constraint import GUID, Constraint, Overlay
from tests.cluster.constraints.job import JOB, JOB_ID, OTHER_JOB_ID
from tests.cluster.constraints.provisioning import PROVISIONING, SMALLEST_REQUEST
from tests.cluster.jobs import MINIMAL_SPEC, Jobs, merged
from tests.support.cluster import Object, RefusedError

SIMPLE = {
    *("enum", "pattern", "format", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "multipleOf"),
}
BARE = "should match|Too long|Too many|conversion error|evaluating rule|failed rule|regex|in body should|self\\."
"""Refusals that leave a person to guess."""

CEILINGS = {"maxLength", "maxItems", "maxProperties"}
"""Beside a rule they only bound its cost, and the rule speaks first."""

KNOWN = {
    *SIMPLE,
    *("type", "description", "default", "required", "properties", "items", "x-kubernetes-validations"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-preserve-unknown-fields"),
    *("additionalProperties", "maxProperties"),  # of maps, whose rule looks at names and values
}


@dataclass(frozen=True)
class Subject:
    """A kind with its CRD and its constraints."""

    kind: str
    plural: str
    crd: Object
    smallest: Object
    constraints: tuple[Constraint, ...]


SUBJECTS = (
    Subject(KIND, PLURAL, synchronization_job_crd(), MINIMAL_SPEC, JOB),
    Subject(CONNECTION_KIND, CONNECTION_PLURAL, graph_connection_crd(), SMALLEST_SPEC, CONNECTION),
    Subject(PROVISIONING_KIND, PROVISIONING_PLURAL, provisioning_request_crd(), SMALLEST_REQUEST, PROVISIONING),
)


@dataclass(frozen=True)
class DryRuns:
    """Sends objects to the API server, nearly all of them as dry runs."""

    jobs: Jobs
    _stored: dict[str, Object] = field(default_factory=dict)

    def submit(self, subject: Subject, before: Overlay | None, overlay: Overlay) -> None:
        """Submit an overlay as a new object, as a change of a stored one, or as a status.

        Raises:
            RefusedError: The API server refuses it.
        """
        if before is None and "status" not in overlay:
            self.jobs.cluster.create(subject.plural, make_object(subject, overlay), self.jobs.namespace, dry_run=True)
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
            manifest = make_object(subject, before, f"before-{len(self._stored)}")
            self._stored[key] = self.jobs.cluster.create(subject.plural, manifest, self.jobs.namespace)
        return self._stored[key]


def make_object(subject: Subject, overlay: Overlay, name: str = "tried") -> Object:
    """Merge an overlay into the smallest valid object of a kind."""
    head = {"apiVersion": API_VERSION, "kind": subject.kind, "metadata": {"name": name}}
    return merged(head | {"spec": subject.smallest}, overlay)


@pytest.fixture(scope="session")
def dry_runs(jobs: Jobs) -> DryRuns:
    return DryRuns(jobs)


def constraints_of(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the guard of each constraint in a schema and, for a rule, its message."""
    assert schema.keys() <= KNOWN, (
        f"{path}: add these keywords to KNOWN and, if they constrain, to SIMPLE: {schema.keys() - KNOWN}"
    )
    spoken_for = CEILINGS if "x-kubernetes-validations" in schema else set()
    yield from ((f"{path} {keyword}", "") for keyword in schema if keyword in SIMPLE - spoken_for)
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
def test_the_api_server_accepts_what_a_constraint_allows(
    dry_runs: DryRuns, subject: Subject, constraint: Constraint, overlay: Overlay
) -> None:
    dry_runs.submit(subject, constraint.before, overlay)


def in_words_of_1_29(message: str) -> str:
    """Kubernetes 1.29 names a field of the status from the status on, and has another word for a text too long."""
    return message.removeprefix("status.").replace("may not be more than", "may not be longer than")


@pytest.mark.parametrize(("subject", "constraint", "overlay"), cases("refused"))
def test_the_api_server_refuses_what_a_constraint_forbids_and_says_where_and_why(
    dry_runs: DryRuns, subject: Subject, constraint: Constraint, overlay: Overlay
) -> None:
    with pytest.raises(RefusedError) as refusal:
        dry_runs.submit(subject, constraint.before, overlay)

    assert refusal.value.reason == "Invalid"
    assert constraint.message in refusal.value.message or in_words_of_1_29(constraint.message) in refusal.value.message
    assert not constraint.guard.endswith("enum") or "supported values: " in refusal.value.message
    assert not re.search(BARE, refusal.value.message) or "status" in overlay


def test_all_faults_of_a_spec_are_told_at_once_and_in_sentences(dry_runs: DryRuns) -> None:
    faulty = {
        "servicePrincipal": {"objectId": f"{{{GUID}}}"},
        "template": {"id": "Azure Databricks SCIM Provisioning Connector"},
        "jobId": f"/servicePrincipals/x/synchronization/jobs/{JOB_ID}",
        "schedule": {"interval": "40m"},
        "pollInterval": "PT5M",
        "application": {"notifications": {"recipients": ["not-a-mail"]}},
    }

    with pytest.raises(RefusedError) as refusal:
        dry_runs.submit(SUBJECTS[0], None, {"spec": faulty})

    assert sorted(re.findall(r": (spec[\w.]*): [A-Z]", refusal.value.message)) == [
        "spec.application.notifications.recipients",
        "spec.jobId",
        "spec.pollInterval",
        "spec.schedule.interval",
        "spec.servicePrincipal.objectId",
        "spec.template.id",
    ]
    assert not re.search(BARE, refusal.value.message)


@pytest.mark.parametrize(
    ("subject", "guard", "message"),
    [
        (subject, *guarded)
        for subject in SUBJECTS
        for guarded in constraints_of(subject.crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
    ],
)
def test_every_constraint_of_the_crds_has_an_accepted_and_a_refused_case(
    subject: Subject, guard: str, message: str
) -> None:
    """A constraint that was never seen to refuse anything may refuse nothing, or everything."""
    here = [c for c in subject.constraints if c.guard == guard and (not message or c.message in message)]

    assert any(c.accepted for c in here), (
        f"{subject.kind}{guard} {message}: no accepted case in tests/cluster/constraints"
    )
    assert any(c.refused for c in here), (
        f"{subject.kind}{guard} {message}: no refused case in tests/cluster/constraints"
    )


def test_a_job_id_cannot_be_swapped_in_two_steps(jobs: Jobs) -> None:
    """A rule on the field itself would run neither when the field is removed nor when it is set again."""
    stored = jobs.change(jobs.create(), {"spec": {"jobId": JOB_ID}})

    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": None}})
    with pytest.raises(RefusedError, match="cannot be changed or removed"):
        jobs.change(stored, {"spec": {"jobId": OTHER_JOB_ID}})
    assert jobs.read(stored)["spec"]["jobId"] == JOB_ID
