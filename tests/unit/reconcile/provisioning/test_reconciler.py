"""Passes over a ProvisioningRequest: the guard before the send, and what is kept when something fails in the middle."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from entrasync.api.policies import ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    GraphAnswer,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
)
from entrasync.core.decision.verdicts import Retry
from entrasync.core.remote.provisioning import ProvisioningSubject
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, WriteHeldBack
from tests.support.facts import NOW, minutes
from tests.support.graph_answers import DOWN, LOST, replicating
from tests.support.request_harness import RequestHarness

SENT = [("rule-1", ProvisioningSubject("anna", "User"))]


@pytest.fixture
def harness() -> RequestHarness:
    return RequestHarness()


class TestSend:
    async def test_follows_the_intent_and_the_annotation(self, harness: RequestHarness) -> None:
        key = harness.apply()
        seen = []
        harness.graph.during["provision_on_demand"] = lambda: seen.append(harness.server.stored[key])
        assert await harness.run(key) == Outcome(None)
        [during] = seen
        assert during.annotations[ACCEPTED_UID_ANNOTATION] == during.uid
        assert during.status["operation"]["jobId"]
        assert harness.graph.provisioned == SENT
        assert harness.ready(key) == ("True", "Provisioned")
        assert harness.outcomes == ["Success"]

    async def test_does_not_follow_an_intent_for_another_version(self, harness: RequestHarness) -> None:
        key = harness.apply()

        def change() -> None:
            harness.server.apply(replace(harness.server.stored[key], labels={"team": "a"}))

        harness.graph.during["get_schema"] = change
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert harness.graph.provisioned == []
        assert "operation" not in harness.status(key)


class TestGuard:
    async def test_holds_back_what_this_process_may_not_send(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.jobs.obstacle = "another replica leads"
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.provisioned == []
        assert "operation" not in harness.status(key)
        harness.jobs.obstacle = None
        await harness.run(key)
        assert harness.graph.provisioned == SENT

    async def test_takes_the_intent_back_if_the_leadership_is_lost_after_it(self, harness: RequestHarness) -> None:
        key = harness.apply()

        def lose() -> None:
            harness.jobs.obstacle = "another replica leads"

        harness.graph.before["provision_on_demand"] = lose
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.provisioned == []
        assert "operation" not in harness.status(key)

    async def test_holds_back_a_request_that_was_deleted_meanwhile(self, harness: RequestHarness) -> None:
        key = harness.apply()

        def delete() -> None:
            harness.server.apply(replace(harness.server.stored[key], is_deleting=True))

        harness.graph.before["provision_on_demand"] = delete
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.provisioned == []

    @pytest.mark.parametrize("spec", [{"is_suspended": True}, {"management_policy": ManagementPolicy.OBSERVE}])
    async def test_holds_back_what_the_job_does_not_allow_any_more(
        self, harness: RequestHarness, spec: dict[str, object]
    ) -> None:
        key = harness.apply()

        def change() -> None:
            job = harness.jobs.server.stored[harness.job_key]
            assert job.desired is not None
            harness.jobs.edit(harness.job_key, desired=replace(job.desired, **spec))  # type: ignore[arg-type]  # fields

        harness.graph.before["provision_on_demand"] = change
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        await harness.run(key)
        assert harness.graph.provisioned == []
        assert harness.ready(key) == ("False", "JobNotManaged")

    async def test_holds_back_if_the_api_server_is_silent(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.jobs.server.is_cut_off = True
        harness.jobs.clock.move(minutes(1))
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.provisioned == []


class TestEnd:
    @pytest.mark.parametrize("failure", [ApiServerUnavailable("no"), ResourceChanged("other")])
    async def test_that_the_api_server_does_not_take_is_written_by_the_next_pass(
        self, harness: RequestHarness, failure: Exception
    ) -> None:
        key = harness.apply()
        harness.server.failures.extend([None, None, None, failure])  # acceptance, annotation, intent, result
        with pytest.raises(type(failure)):
            await harness.run(key)
        assert "operation" in harness.status(key)
        await harness.run(key)
        assert harness.status(key)["result"]["outcome"] == "Success"
        assert harness.graph.provisioned == SENT
        assert harness.outcomes == ["Success"]

    async def test_that_was_not_written_before_the_process_ended_is_unknown(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.server.failures.extend([None, None, None, ApiServerUnavailable("no")])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        harness.restart()
        await harness.run(key)
        assert harness.status(key)["result"]["outcome"] == "Unknown"
        assert harness.graph.provisioned == SENT

    async def test_of_a_request_that_is_gone_is_forgotten(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.during["provision_on_demand"] = lambda: harness.server.stored.pop(key)
        with pytest.raises(ResourceGone):
            await harness.run(key)
        harness.server.store.remove(key, "uid-of-anna")
        assert await harness.run(key) == Outcome(None)
        again = harness.apply(uid="uid-of-another-anna")
        await harness.run(again)
        assert harness.graph.provisioned == SENT * 2, "it is another request"

    async def test_of_a_pass_that_was_cancelled_while_graph_answered_is_unknown(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.fail("provision_on_demand", asyncio.CancelledError(), is_done=True)
        with pytest.raises(asyncio.CancelledError):
            await harness.run(key)
        await harness.reconciler.record_broken(key, Retry(Reason.GRAPH_UNREACHABLE, "It took too long."), since=NOW)
        await harness.run(key)
        assert harness.status(key)["result"]["outcome"] == "Unknown"
        assert harness.graph.provisioned == SENT


class TestFailure:
    async def test_before_the_send_is_tried_again(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.fail("get_schema", DOWN)
        outcome = await harness.run(key)
        assert outcome.is_failure
        assert harness.ready(key) == ("False", "GraphUnreachable")
        await harness.run(key)
        assert harness.graph.provisioned == SENT

    async def test_to_send_takes_the_intent_back(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.fail("provision_on_demand", DOWN)
        assert (await harness.run(key)).is_failure
        assert "operation" not in harness.status(key)
        await harness.run(key)
        assert harness.graph.provisioned == SENT

    async def test_to_take_the_intent_back_leaves_it_as_sent(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.fail("provision_on_demand", DOWN)
        unavailable = ApiServerUnavailable("no")
        harness.server.failures.extend([None, None, None, unavailable, unavailable])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        await harness.run(key)
        assert harness.status(key)["result"]["outcome"] == "Unknown"
        assert harness.graph.provisioned == []

    async def test_to_hear_the_answer_ends_it_as_unknown(self, harness: RequestHarness) -> None:
        key = harness.apply()
        harness.graph.fail("provision_on_demand", LOST, is_done=True)
        await harness.run(key)
        assert harness.ready(key) == ("False", "OutcomeUnknown")
        await harness.run(key)
        assert harness.graph.provisioned == SENT

    @pytest.mark.parametrize("error", [replicating(401), replicating(403)], ids=["401", "403"])
    async def test_for_lack_of_a_permission_is_replication_at_first_and_final_later(
        self, harness: RequestHarness, error: PossiblyReplicating
    ) -> None:
        key = harness.apply()
        harness.graph.fail("provision_on_demand", error, times=2)
        await harness.run(key)
        assert harness.ready(key) == ("False", "WaitingForReplication")
        harness.jobs.clock.move(minutes(6))
        harness.jobs.server.refreshes = 0
        await harness.run(key)
        assert harness.status(key)["result"]["outcome"] == "Refused"

    async def test_of_the_operator_is_told_unless_the_request_was_sent(self, harness: RequestHarness) -> None:
        key = harness.apply(jobRef={"name": "missing"})
        await harness.run(key)
        await harness.reconciler.record_broken(key, Retry(Reason.INTERNAL_ERROR, "It is broken."), since=NOW)
        assert harness.ready(key) == ("False", "InternalError")


class TestWordsOfGraph:
    """What Graph says in a refusal may quote an attribute, and shows only where attributes are asked for."""

    SENTENCE = "The value canary-of-anna is not valid."

    def errors(self) -> list[EntraSyncError]:
        answer = GraphAnswer(503, "Odd", self.SENTENCE, "req")
        message = f'Graph refused to provision the object (400 Odd: "{self.SENTENCE}"). Correct it in the tenant.'
        refusal = Refused(Reason.REQUEST_REFUSED, message, answer=answer)
        return [
            refusal,
            PossiblyReplicating(refusal, answer=answer),
            OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message, answer=answer),
        ]

    async def test_are_left_out_of_a_summary(self, harness: RequestHarness) -> None:
        for number, error in enumerate(self.errors()):
            key = harness.apply(name=f"user-{number}", uid=f"uid-{number}")
            harness.graph.fail("provision_on_demand", error)
            await harness.run(key)
            shown = json.dumps([harness.status(key), [event.message for event in harness.recorded.events]])
            assert "canary" not in shown
            assert '(400 Odd: \\"not shown\\")' in shown

    async def test_are_shown_with_the_attributes(self, harness: RequestHarness) -> None:
        for number, error in enumerate(self.errors()):
            key = harness.apply(name=f"user-{number}", uid=f"uid-{number}", detail="Attributes")
            harness.graph.fail("provision_on_demand", error)
            await harness.run(key)
            assert "canary" in json.dumps(harness.status(key))


class TestTimeToLive:
    async def test_is_waited_for_and_then_over(self, harness: RequestHarness) -> None:
        key = harness.apply(ttlSecondsAfterFinished=60)
        assert await harness.run(key) == Outcome(timedelta())
        outcome = await harness.run(key)
        assert outcome.requeue_after is not None
        assert timedelta(seconds=59) < outcome.requeue_after <= timedelta(seconds=60)
        harness.jobs.clock.move(timedelta(seconds=61))
        await harness.run(key)
        assert harness.server.deleted == [key]


class TestPlaceInLine:
    """The requests of these tests are created in the order of their names."""

    async def test_counts_older_requests_whose_passes_come_later(self, harness: RequestHarness) -> None:
        *sent, older, newer = [harness.apply(name=f"user-{number}", uid=f"uid-{number}") for number in range(7)]
        for key in sent:
            await harness.run(key)
        await harness.run(newer)
        await harness.run(older)
        assert [harness.status(key)["placeInLine"] for key in (older, newer)] == [1, 2]

    async def test_counts_no_older_request_that_is_finished_or_for_another_job(self, harness: RequestHarness) -> None:
        keys = [harness.apply(name=f"user-{number}", uid=f"uid-{number}") for number in range(6)]
        harness.apply(name="other", uid="uid-other", jobRef={"name": "another-job"})
        for key in keys:
            await harness.run(key)
        assert harness.status(keys[-1])["placeInLine"] == 1
