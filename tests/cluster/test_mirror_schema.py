"""The mirror takes whatever Graph may say: one odd value must not cost the whole status."""

import copy
from typing import Any

import pytest

from entrasync.api.job.mirror_shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape
from entrasync.api.names import API_VERSION, KIND, PLURAL
from tests.cluster.jobs import MINIMAL_SPEC, Jobs
from tests.support.cluster import RefusedError

ODD = {
    "string": "Unheard-of \u2603 0001-01-01T00:00:00.1234567Z",
    "integer": -(2**63),
    "boolean": True,
}
UNKNOWN: dict[str, Any] = {"addedLater": {"deep": [{"deeper": [1, 2.5, "x", {"n": True}]}]}, "@odata.type": "#x"}


def odd_value(shape: Shape) -> Any:
    """Fill a shape with values of the right JSON type and of no known meaning, and with members nobody knows."""
    match shape:
        case Scalar():
            return ODD[shape.kind]
        case Items():
            return [odd_value(shape.of), odd_value(shape.of)]
        case Members():
            return {name: odd_value(member) for name, member in shape.members.items()} | copy.deepcopy(UNKNOWN)


def store_status(jobs: Jobs, status: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = jobs.replace_status(jobs.create(), status)["status"]
    return stored


def test_unknown_words_and_unknown_members_are_kept_at_every_depth(jobs: Jobs) -> None:
    mirror = {"job": odd_value(JOB_SHAPE), "synchronizationStatus": odd_value(STATUS_SHAPE)}

    assert store_status(jobs, mirror) == mirror | {"observedGeneration": -1}


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 2**53 + 1, 2**63 - 1])
def test_integers_keep_all_their_64_bits(jobs: Jobs, number: int) -> None:
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
def test_one_value_of_a_wrong_json_type_costs_the_whole_status(jobs: Jobs, wrong: dict[str, Any]) -> None:
    """So the operator drops just such values by the mirror's shape before it writes."""
    with pytest.raises(RefusedError, match="must be of type"):
        jobs.change(jobs.create(), {"status": {"synchronizationStatus": wrong, "tenantId": "0123"}})


def test_nulls_of_known_members_are_dropped(jobs: Jobs) -> None:
    """So the operator leaves them out itself: else each idle poll would see a difference and write."""
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


def test_a_resource_that_nobody_looked_at_says_so(jobs: Jobs) -> None:
    """Tools such as kstatus then wait, where without it they would call the resource current."""
    assert jobs.create()["status"] == {"observedGeneration": -1}


def test_the_minus_one_stays_until_the_operator_says_otherwise(jobs: Jobs) -> None:
    stored = jobs.change(jobs.create(), {"status": {"tenantId": "0123"}})
    assert stored["status"]["observedGeneration"] == -1

    stored = jobs.change(stored, {"status": {"observedGeneration": 1}})
    assert stored["status"]["observedGeneration"] == 1


def test_nothing_is_put_into_a_spec_that_leaves_things_unset(jobs: Jobs) -> None:
    assert jobs.create()["spec"] == MINIMAL_SPEC


def test_what_is_given_as_null_counts_as_left_out(jobs: Jobs) -> None:
    nulls = {"adoptionPolicy": None, "schedule": {"state": None}, "pollInterval": None, "jobId": None}
    manifest = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "nulls"}, "spec": MINIMAL_SPEC | nulls}

    stored = jobs.cluster.create(PLURAL, manifest, jobs.namespace)
    assert stored["spec"] == MINIMAL_SPEC | {"schedule": {}}
