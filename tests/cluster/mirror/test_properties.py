"""Each property of a job: said by Graph, read with kubectl; gone from Graph, gone from the resource."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from entrasync.api.names import PLURAL
from tests.cluster.mirror.properties import PROPERTIES, Property, look_up, valid_job
from tests.support.operator_environment import OperatorEnvironment


@dataclass(frozen=True)
class Mirrored:
    """What Graph said of a job, and what kubectl showed then and after Graph said no more than the job's ids."""

    said: dict[str, Any]
    shown: dict[str, Any]
    shown_bare: dict[str, Any]


@pytest.fixture(scope="module")
def mirrored(workplace: OperatorEnvironment) -> Mirrored:
    principal = workplace.world.create_service_principal().id
    job_id = workplace.world.create_job(principal).id
    said = valid_job(job_id)
    workplace.world.override(job_id, raw=json.dumps(said).encode())
    name = workplace.apply_job(principal, jobId=job_id, pollInterval="30s")
    workplace.wait(name, lambda found: "synchronizationStatus" in found["status"], "it is mirrored")
    shown = _read_with_kubectl(workplace, name)
    workplace.world.override(job_id, raw=json.dumps({"id": job_id, "templateId": "scim"}).encode())
    workplace.wait(name, lambda found: not found["status"]["synchronizationStatus"], "the mirror is bare")
    return Mirrored(said, shown, _read_with_kubectl(workplace, name))


def _read_with_kubectl(place: OperatorEnvironment, name: str) -> dict[str, Any]:
    found = place.cluster.plane.kubectl("get", PLURAL, name, f"--namespace={place.namespace}", "--output=json")
    document: dict[str, Any] = json.loads(found)
    return document


@pytest.mark.parametrize("wanted", PROPERTIES, ids=str)
class TestEachProperty:
    def test_that_graph_says_is_shown_by_kubectl_in_the_same_place(self, mirrored: Mirrored, wanted: Property) -> None:
        said = look_up(mirrored.said, wanted.path)
        assert said is not None
        assert look_up(mirrored.shown, wanted.stored_path) == said

    def test_that_graph_says_no_more_is_shown_no_more(self, mirrored: Mirrored, wanted: Property) -> None:
        assert not look_up(mirrored.shown_bare, wanted.stored_path)


def test_a_job_of_which_graph_says_nothing_keeps_its_ids(mirrored: Mirrored) -> None:
    assert mirrored.shown_bare["status"]["job"] == {"id": mirrored.said["id"], "templateId": "scim"}


def test_properties_of_zero_and_false_are_shown_too(workplace: OperatorEnvironment) -> None:
    principal = workplace.world.create_service_principal().id
    job_id = workplace.world.create_job(principal).id
    nothing = {"countSuccessiveCompleteFailures": 0, "escrowsPruned": False, "troubleshootingUrl": "", "progress": []}
    workplace.world.override(job_id, merge={"status": nothing})
    name = workplace.apply_job(principal, jobId=job_id)
    found = workplace.wait(name, lambda found: "synchronizationStatus" in found["status"], "it is mirrored")
    assert found["status"]["synchronizationStatus"].items() >= nothing.items()
