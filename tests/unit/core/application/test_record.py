"""The record of the application in status."""

import pytest

from entrasync.core.facts.application_seen import Credentials
from entrasync.core.record.application_record import ApplicationRecord, Source, read_application_record
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.status.job_status import record_observation
from tests.support.application_facts import TOKEN, application_facts
from tests.support.facts import (
    application,
)

ORIGIN = Source("scim", "uid", "7")


class TestApplicationRecord:
    def test_the_record_names_the_generation_and_the_secrets_that_graph_matches(self) -> None:
        credentials = Credentials(SecretValues(TOKEN), {"SecretToken": ORIGIN})
        known = application_facts(
            application("SecretToken<scim.token"),
            {"SecretToken": "*"},
            credentials=credentials,
            keys=("SecretToken",),
            saved=frozenset({"SecretToken"}),
        )
        assert record_observation(known).record.write()["application"] == {
            "keys": ["SecretToken"],
            "sources": [{"name": "scim", "uid": "uid", "resourceVersion": "7"}],
            "generation": 1,
        }

    def test_the_record_stays_as_it_was_while_something_is_to_be_sent(self) -> None:
        record = record_observation(application_facts(stored={}, keys=("BaseAddress",))).record
        assert record.write()["application"] == {"keys": ["BaseAddress"]}

    def test_the_record_is_removed_with_the_application(self) -> None:
        record = record_observation(application_facts(None, None, keys=("BaseAddress",))).record
        assert "application" not in record.write()

    def test_the_record_is_written_as_it_is_read(self) -> None:
        record = ApplicationRecord(
            frozenset({"A"}),
            (ORIGIN,),
            generation=3,
            validated=False,
            lost_keys=frozenset({"B"}),
            scope_in_force="All",
            time="2026-11-01T12:00:00Z",
        )
        assert read_application_record(record.write()) == record

    @pytest.mark.parametrize("stored", [None, 7, "x", [], {"keys": 7, "sources": [7], "generation": "x", "time": 1}])
    def test_a_malformed_record_counts_as_empty(self, stored: object) -> None:
        assert read_application_record(stored) == ApplicationRecord()
