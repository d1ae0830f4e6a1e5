"""Each property of a job that Graph sends is shown by kubectl, and one that Graph no longer sends is removed."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from entrasync.api.names import PLURAL
from tests.cluster.mirror.properties import PROPERTIES, Property, look_up, valid_job
from tests.support.operator_environment import OperatorEnvironment


@dataclass(frozen=True)
class Mirrored:
    """What Graph sent for a job, what kubectl showed then, and what it showed when Graph sent only the job's ids."""

    sent: dict[str, Any]
    shown: dict[str, Any]
    shown_bare: dict[str, Any]


@pytest.fixture(scope="module")
def mirrored(environment: OperatorEnvironment) -> Mirrored:
    principal = environment.simulator.create_service_principal().id
    job_id = environment.simulator.create_job(principal).id
    sent = valid_job(job_id)
    environment.simulator.override(job_id, raw=json.dumps(sent).encode())
    name = environment.apply_job(principal, jobId=job_id, pollInterval="30s")
    environment.wait(name, lambda found: "synchronizationStatus" in found["status"], "it is mirrored")
    shown = _read_with_kubectl(environment, name)
    environment.simulator.override(job_id, raw=json.dumps({"id": job_id, "templateId": "scim"}).encode())
    environment.wait(name, lambda found: not found["status"]["synchronizationStatus"], "the mirror is bare")
    return Mirrored(sent, shown, _read_with_kubectl(environment, name))


def _read_with_kubectl(environment: OperatorEnvironment, name: str) -> dict[str, Any]:
    found = environment.cluster.plane.kubectl(
        "get", PLURAL, name, f"--namespace={environment.namespace}", "--output=json"
    )
    document: dict[str, Any] = json.loads(found)
    return document


@pytest.mark.parametrize("wanted", PROPERTIES, ids=str)
class TestEachProperty:
    def test_is_shown_by_kubectl_at_the_same_path(self, mirrored: Mirrored, wanted: Property) -> None:
        sent = look_up(mirrored.sent, wanted.path)
        assert sent is not None
        assert look_up(mirrored.shown, wanted.stored_path) == sent

    def test_that_graph_no_longer_sends_is_removed(self, mirrored: Mirrored, wanted: Property) -> None:
        assert not look_up(mirrored.shown_bare, wanted.stored_path)


def test_a_job_without_any_other_property_keeps_its_ids(mirrored: Mirrored) -> None:
    assert mirrored.shown_bare["status"]["job"] == {"id": mirrored.sent["id"], "templateId": "scim"}


def test_properties_that_are_zero_false_or_empty_are_shown_too(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    job_id = environment.simulator.create_job(principal).id
    nothing = {"countSuccessiveCompleteFailures": 0, "escrowsPruned": False, "troubleshootingUrl": "", "progress": []}
    environment.simulator.override(job_id, merge={"status": nothing})
    name = environment.apply_job(principal, jobId=job_id)
    found = environment.wait(name, lambda found: "synchronizationStatus" in found["status"], "it is mirrored")
    assert found["status"]["synchronizationStatus"].items() >= nothing.items()
