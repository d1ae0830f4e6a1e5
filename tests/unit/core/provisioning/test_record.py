"""The status of a ProvisioningRequest is written and read back as it was, and survives what others write into it."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.core.provisioning.record import RequestRecord, SendIntent, read_record
from tests.support.facts import NOW

INTENT = SendIntent(NOW, "principal", "job", "USERS")


class TestRecord:
    @pytest.mark.parametrize(
        "record",
        [
            RequestRecord(),
            RequestRecord(NOW, place=7),
            RequestRecord(NOW, intent=INTENT),
            RequestRecord(NOW, result={"outcome": "Success"}, completed_at=NOW + timedelta(seconds=1)),
        ],
    )
    def test_is_read_as_it_was_written(self, record: RequestRecord) -> None:
        assert read_record(record.write({})) == record

    def test_leaves_the_rest_of_a_status_as_it_is(self) -> None:
        stored = {"conditions": [], "observedGeneration": 1, "operation": {}, "placeInLine": 3}
        assert RequestRecord().write(stored) == {"conditions": [], "observedGeneration": 1}

    @pytest.mark.parametrize("odd", [7, "x", [], {"outcome": 7}])
    def test_is_finished_if_there_is_any_result(self, odd: Any) -> None:
        assert read_record({"result": odd}).is_finished
        assert read_record({"result": odd}).outcome is None

    @pytest.mark.parametrize("odd", [True, "3", 3.5, None])
    def test_has_no_place_that_is_no_number(self, odd: Any) -> None:
        assert read_record({"placeInLine": odd}).place is None
