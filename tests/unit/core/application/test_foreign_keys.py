"""A secret of somebody else that a save has removed."""

from dataclasses import replace

from entrasync.api.conditions import ConditionType
from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import ForgetAcknowledgement
from entrasync.core.decision.verdicts import Do, Stall
from entrasync.core.plan import plan
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.status.job_status import build_status, record_observation
from tests.support.application_facts import TOKEN, URL, application_facts, sent_values
from tests.support.facts import (
    NOW,
    application,
)


class TestLostForeignSecret:
    def test_a_lost_foreign_secret_stalls_the_resource_that_removed_it_and_is_named(self) -> None:
        verdict = plan(application_facts(stored=URL, lost=frozenset({"UserName"})))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.FOREIGN_SECRET_LOST
        assert "UserName vanished" in verdict.message
        assert FOREIGN_SECRET_ANNOTATION in verdict.message

    def test_a_lost_foreign_secret_is_recorded_and_reported(self) -> None:
        known = application_facts(stored=URL, lost=frozenset({"UserName"}))
        status = record_observation(known).record.write()
        assert status["application"]["lostKeys"] == ["UserName"]
        halt = plan(known)
        assert isinstance(halt, Stall)
        reported = build_status(replace(known, resource=replace(known.resource, status=status)), halt, wall=NOW).write()
        [condition] = [entry for entry in reported["conditions"] if entry["type"] == ConditionType.FOREIGN_SECRET_LOST]
        assert condition["status"] == "True"
        assert "UserName" in condition["message"]

    def test_a_lost_foreign_secret_is_forgotten_once_it_is_acknowledged(self) -> None:
        known = application_facts(
            stored=URL, record={"lostKeys": ["UserName"]}, annotations={FOREIGN_SECRET_ANNOTATION: "true"}
        )
        assert sent_values(plan(known)) == TOKEN
        assert "application" not in record_observation(known).record.write()

    def test_a_lost_foreign_secret_is_not_acknowledged_by_an_older_annotation(self) -> None:
        known = application_facts(
            stored=URL, lost=frozenset({"UserName"}), annotations={FOREIGN_SECRET_ANNOTATION: "true"}
        )
        assert plan(known) == Do(ForgetAcknowledgement())
        assert record_observation(known).record.write()["application"]["lostKeys"] == ["UserName"]

    def test_a_lost_foreign_secret_stops_the_saving_of_all_other_resources(self) -> None:
        verdict = plan(application_facts(stored={}, others={"secrets_blocked_by": ObjectKey("a", "carrier")}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.FOREIGN_SECRET_LOST
        assert "SynchronizationJob a/carrier says ForeignSecretLost" in verdict.message

    def test_a_lost_foreign_secret_does_not_affect_a_resource_with_nothing_to_save(self) -> None:
        known = application_facts(
            application("BaseAddress=https://scim"), URL, URL, others={"secrets_blocked_by": ObjectKey("a", "b")}
        )
        assert plan(known) is None
