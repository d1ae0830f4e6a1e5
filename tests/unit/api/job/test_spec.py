"""SynchronizationJobSpec reads what the API server stored, and refuses what the API server would refuse."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from entrasync.api.job.spec import SynchronizationJobSpec
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, OnMissing, ScheduleState

MINIMAL: dict[str, Any] = {
    "servicePrincipal": {"objectId": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"},
    "template": {"id": "scim"},
}


def credentials(*entries: dict[str, str]) -> dict[str, Any]:
    return {"application": {"credentials": {"entries": list(entries)}}}


def test_an_unset_field_is_none() -> None:
    spec = SynchronizationJobSpec.model_validate(MINIMAL)

    unset = (
        spec.job_id,
        spec.adoption_policy,
        spec.on_missing,
        spec.schedule,
        spec.deletion_policy,
        spec.poll_interval,
    )
    assert set(unset) == {None}
    assert not spec.suspend


def test_every_field_that_is_set_is_read() -> None:
    spec = SynchronizationJobSpec.model_validate(
        MINIMAL
        | {
            "jobId": "scim.0123456789abcdef0123456789abcdef.0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01",
            "adoptionPolicy": "AdoptOnly",
            "onMissing": "Report",
            "schedule": {"state": "Paused"},
            "deletionPolicy": "Retain",
            "suspend": True,
            "pollInterval": "1h30m",
        }
    )

    assert spec.adoption_policy is AdoptionPolicy.ADOPT_ONLY
    assert spec.on_missing is OnMissing.REPORT
    assert spec.schedule is not None
    assert spec.schedule.state is ScheduleState.PAUSED
    assert spec.deletion_policy is DeletionPolicy.RETAIN
    assert spec.suspend
    assert spec.poll_interval == timedelta(minutes=90)


def test_a_guid_is_read_in_lower_case() -> None:
    spec = SynchronizationJobSpec.model_validate(
        MINIMAL | {"servicePrincipal": {"objectId": "0F2C7C1E-5B0E-4B57-9A43-1D1D6A3F8E01"}}
    )

    assert spec.service_principal.object_id == MINIMAL["servicePrincipal"]["objectId"]


def test_unknown_fields_of_a_newer_spec_are_ignored() -> None:
    newer = MINIMAL | {"weather": {"is": "fine"}, "template": {"id": "scim", "colour": "x"}}

    assert SynchronizationJobSpec.model_validate(newer) == SynchronizationJobSpec.model_validate(MINIMAL)


@pytest.mark.parametrize(
    "wrong",
    [
        {"servicePrincipal": {}},
        {"servicePrincipal": {"objectId": "0f2c7c1e"}},
        {"template": {}},
        {"template": {"id": "a/b"}},
        {"template": {"id": "x" * 129}},
        {"jobId": ".."},
        {"adoptionPolicy": "Adopt"},
        {"pollInterval": "29s"},
        {"pollInterval": "24h1s"},
        {"pollInterval": "soon"},
        {"pollInterval": 300},
        {"schedule": {"interval": "PT"}},
        {"schedule": {"interval": "PT0S"}},
        credentials({"key": "SyncAll", "value": "True"}),
        credentials({"key": "BaseAddress"}),
        credentials({"key": "SecretToken", "value": "in the open"}),
    ],
    ids=str,
)
def test_a_spec_that_the_api_server_would_refuse_is_refused_too(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SynchronizationJobSpec.model_validate(MINIMAL | wrong)


class TestExpiration:
    def test_is_read_as_utc(self) -> None:
        spec = SynchronizationJobSpec.model_validate(
            MINIMAL | {"schedule": {"expiration": "2027-01-01T02:00:00+02:00"}}
        )
        assert spec.schedule is not None
        assert spec.schedule.expiration is not None
        assert spec.schedule.expiration.isoformat() == "2027-01-01T00:00:00+00:00"

    @pytest.mark.parametrize("time", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"])
    def test_beyond_the_calendar_is_refused_with_the_years_that_are_allowed(self, time: str) -> None:
        with pytest.raises(ValidationError, match="between the years 1 and 9999 in UTC"):
            SynchronizationJobSpec.model_validate(MINIMAL | {"schedule": {"expiration": time}})
