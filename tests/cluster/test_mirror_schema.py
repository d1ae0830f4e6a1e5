"""The schema of the mirror accepts whatever Graph may send, so that one unexpected value does not block the status."""

import copy
from typing import Any

import pytest

from entrasync.api.job.mirror_shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape
from entrasync.api.names import API_VERSION, KIND, PLURAL
from tests.cluster.jobs import MINIMAL_SPEC, Jobs
from tests.support.cluster import RefusedError

UNEXPECTED = {
    "string": "Unheard-of \u2603 0001-01-01T00:00:00.1234567Z",
    "integer": -(2**63),
    "boolean": True,
}
UNKNOWN: dict[str, Any] = {"addedLater": {"deep": [{"deeper": [1, 2.5, "x", {"n": True}]}]}, "@odata.type": "#x"}


def unexpected_value(shape: Shape) -> Any:
    """Fill a shape with values of the right JSON type without a known meaning, and with unknown members."""
    match shape:
        case Scalar():
            return UNEXPECTED[shape.kind]
        case Items():
            return [unexpected_value(shape.of), unexpected_value(shape.of)]
        case Members():
            return {name: unexpected_value(member) for name, member in shape.members.items()} | copy.deepcopy(UNKNOWN)


def store_status(jobs: Jobs, status: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = jobs.replace_status(jobs.create(), status)["status"]
    return stored


def test_unknown_values_and_unknown_members_are_kept_at_every_depth(jobs: Jobs) -> None:
    mirror = {"job": unexpected_value(JOB_SHAPE), "synchronizationStatus": unexpected_value(STATUS_SHAPE)}

    assert store_status(jobs, mirror) == mirror | {"observedGeneration": -1}


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1])
def test_an_integer_keeps_all_its_64_bits(jobs: Jobs, number: int) -> None:
    status = store_status(jobs, {"synchronizationStatus": {"countSuccessiveCompleteFailures": number}})

    assert status["synchronizationStatus"]["countSuccessiveCompleteFailures"] == number


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": 5},
        {"escrowsPruned": "true"},
        {"countSuccessiveCompleteFailures": True},
        {"countSuccessiveCompleteFailures": 5.5},
        {"countSuccessiveCompleteFailures": "5"},
        {"progress": {}},
        {"quarantine": []},
    ],
    ids=str,
)
def test_one_value_of_a_wrong_json_type_makes_the_api_server_refuse_the_whole_status(
    jobs: Jobs, wrong: dict[str, Any]
) -> None:
    """This is why the operator drops such values by the mirror's shape before it writes."""
    with pytest.raises(RefusedError, match="must be of type"):
        jobs.change(jobs.create(), {"status": {"synchronizationStatus": wrong, "tenantId": "0123"}})


def test_the_api_server_drops_nulls_of_known_members(jobs: Jobs) -> None:
    """This is why the operator leaves them out: each idle poll would otherwise see a difference and write."""
    status = store_status(
        jobs,
        {
            "synchronizationStatus": {
                "code": "Paused",
                "quarantine": None,
                "lastExecution": {"error": None, "state": "Succeeded"},
                "progress": [{"units": None, "totalUnits": 1}],
            }
        },
    )

    assert status["synchronizationStatus"] == {
        "code": "Paused",
        "lastExecution": {"state": "Succeeded"},
        "progress": [{"totalUnits": 1}],
    }


def test_a_new_resource_has_the_observed_generation_minus_one(jobs: Jobs) -> None:
    """Tools such as kstatus then wait. Without it they would call the resource current."""
    assert jobs.create()["status"] == {"observedGeneration": -1}


def test_the_observed_generation_minus_one_stays_until_the_operator_writes_another(jobs: Jobs) -> None:
    stored = jobs.change(jobs.create(), {"status": {"tenantId": "0123"}})
    assert stored["status"]["observedGeneration"] == -1

    stored = jobs.change(stored, {"status": {"observedGeneration": 1}})
    assert stored["status"]["observedGeneration"] == 1


def test_the_api_server_adds_nothing_to_a_spec_with_unset_fields(jobs: Jobs) -> None:
    assert jobs.create()["spec"] == MINIMAL_SPEC


def test_a_null_in_a_spec_counts_as_unset(jobs: Jobs) -> None:
    nulls = {"adoptionPolicy": None, "schedule": {"state": None}, "pollInterval": None, "jobId": None}
    manifest = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "nulls"}, "spec": MINIMAL_SPEC | nulls}

    stored = jobs.cluster.create(PLURAL, manifest, jobs.namespace)
    assert stored["spec"] == MINIMAL_SPEC | {"schedule": {}}
