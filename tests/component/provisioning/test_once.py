"""A request is sent once at most, whatever happens to its answer, its status or its resource."""

import asyncio
from typing import Any

import pytest

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from graph_simulator.traffic.faults import Fault
from tests.support.kill_points.world import NAMESPACE
from tests.support.provisioning_world import ProvisioningWorld, provisioning

WHERE_TO_LOOK = "Look in the provisioning logs of the enterprise application in the Entra admin center"


async def end_anna(shown: ProvisioningWorld) -> None:
    shown.world.request()
    await shown.wait_end()
    assert len(shown.calls()) == 1


class TestAnswer:
    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "close", "point": "after"},
            {"action": "answer", "status": 503, "point": "after"},
            {"action": "answer", "status": 504},
            {"action": "page"},
        ],
        ids=["is cut", "is 503", "is 504", "is a foreign page"],
    )
    def test_that_does_not_tell_what_was_done_ends_the_request_as_unknown(self, fault: dict[str, Any]) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.app.simulator.faults.arm(Fault(operation="provisionOnDemand", **fault))
            shown.world.request()
            result = await shown.wait_end()
            assert result["outcome"] == "Unknown"
            assert {"jobId", "sentAt", "rule"} <= result.keys()
            assert shown.condition("Stalled") == ("True", "OutcomeUnknown")
            assert WHERE_TO_LOOK in shown.message()
            await asyncio.sleep(1000)
            await shown.world.run_operator()
            await asyncio.sleep(1000)
            assert len(shown.calls()) == 1
            assert shown.reasons() == ["OutcomeUnknown"]

        provisioning(act)

    def test_that_surely_did_nothing_lets_it_be_sent_again(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            conflict = Fault(action="answer", operation="provisionOnDemand", status=409, code="Conflict")
            shown.world.app.simulator.faults.arm(conflict)
            shown.world.request()
            assert (await shown.wait_end())["outcome"] == "Success"
            assert [entry.status for entry in shown.calls()] == [409, 200]

        provisioning(act)


class TestRestore:
    def test_of_a_finished_request_from_a_backup_without_status_sends_nothing(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            await end_anna(shown)
            shown.restore()
            assert (await shown.wait_end())["outcome"] == "Unknown"
            assert "restored from a backup or copied" in shown.message()
            await asyncio.sleep(1000)
            assert len(shown.calls()) == 1

        provisioning(act)

    def test_of_one_that_was_refused_sends_nothing_either(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.change_job(suspend=True)
            shown.world.request()
            await shown.wait_end()
            shown.change_job(suspend=None)
            shown.restore()
            assert (await shown.wait_end())["outcome"] == "Unknown"
            assert shown.calls() == []

        provisioning(act)

    def test_of_one_that_waited_when_the_backup_was_made_sends_nothing(self) -> None:
        """The backup cannot tell whether it was sent afterwards."""

        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(jobRef={"name": "missing"})
            await shown.wait_reason("WaitingForJob")
            shown.restore()
            assert (await shown.wait_end())["outcome"] == "Unknown"

        provisioning(act)

    def test_over_the_same_object_whose_status_is_lost_sends_nothing(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            await end_anna(shown)
            shown.world.server.edit("provisioningrequests", NAMESPACE, "anna", {"status": None})
            await shown.world.run_operator()
            assert (await shown.wait_end())["outcome"] == "Unknown"
            assert "The status of this request was lost" in shown.message()
            assert len(shown.calls()) == 1

        provisioning(act)

    def test_of_a_request_without_the_annotation_is_a_new_request(self) -> None:
        """Somebody has applied the manifest again after the resource was deleted."""

        async def act(shown: ProvisioningWorld) -> None:
            await end_anna(shown)
            shown.world.server.delete("provisioningrequests", NAMESPACE, "anna")
            shown.world.request()
            assert (await shown.wait_end())["code"] == "RedundantExport"
            assert shown.condition("Ready") == ("True", "AlreadyProvisioned")

        provisioning(act)


class TestEnd:
    def test_is_never_followed_by_another_call_whoever_changes_the_resource(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            await end_anna(shown)
            for patch in ({"annotations": {ACCEPTED_UID_ANNOTATION: None}}, {"labels": {"team": "a"}}):
                shown.world.server.edit("provisioningrequests", NAMESPACE, "anna", {"metadata": patch})
                await asyncio.sleep(100)
                await shown.world.run_operator()
                await asyncio.sleep(100)
            assert len(shown.calls()) == 1

        provisioning(act)
