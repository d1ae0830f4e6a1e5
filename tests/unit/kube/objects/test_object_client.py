"""The client of one kind: what an answer means, and what it changes in the store."""

import json
from typing import Any

import pytest

from entrasync.api.names import FINALIZER
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, WriteRefused
from entrasync.reconcile.state.jobs import JobStore
from tests.support.answers import Answers
from tests.support.facts import resource

MINE = resource()


def written(**metadata: Any) -> dict[str, Any]:
    """The answer to a write, as the API server gives it."""
    known = {"name": MINE.key.name, "namespace": MINE.key.namespace, "uid": MINE.uid, "resourceVersion": "7"}
    return {"metadata": known | metadata, "spec": {}}


class ClientHarness:
    """A client over an API server that answers as a test says, with its store."""

    def __init__(self) -> None:
        self.answers, self.resources = Answers(), JobStore()
        self.jobs = JobClient(ApiClient("https://api", self.answers.session), self.resources)
        self.resources.put(MINE)

    async def write(self) -> None:
        await self.jobs.patch_status(MINE, {"observedGeneration": 1})

    def count(self, *refused: str) -> int:
        return self.jobs.count_refusals(besides=refused.__contains__)

    async def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(ApiServerUnavailable):
                await self.write()


@pytest.fixture
def harness() -> ClientHarness:
    return ClientHarness()


class TestPatch:
    async def test_keeps_the_answer_in_the_store(self, harness: ClientHarness) -> None:
        harness.answers.say(200, written())
        await harness.write()
        assert [known.resource_version for known in harness.resources] == ["7"]

    async def test_refuses_an_answer_that_shows_another_object_of_that_name(self, harness: ClientHarness) -> None:
        harness.answers.say(200, written(uid="new"))
        with pytest.raises(ResourceChanged, match="identity/salesforce was deleted and made anew meanwhile"):
            await harness.write()
        assert list(harness.resources) == [MINE]

    async def test_removes_an_object_that_the_patch_let_go(self, harness: ClientHarness) -> None:
        harness.answers.say(200, written(deletionTimestamp="2026-11-01T12:00:00Z"))
        await harness.write()
        assert list(harness.resources) == []

    async def test_leaves_an_object_created_again_while_the_first_was_let_go(self, harness: ClientHarness) -> None:
        anew = resource(uid="new")
        harness.resources.put(anew)
        harness.answers.say(200, written(deletionTimestamp="2026-11-01T12:00:00Z"))
        await harness.write()
        assert list(harness.resources) == [anew]

    @pytest.mark.parametrize(
        ("status", "body", "fault"),
        [
            (409, {"message": "conflict"}, ResourceChanged),
            (404, {"message": "gone"}, ResourceGone),
            (404, "404 page not found", ApiServerUnavailable),
            (404, {"kind": "Page", "message": "not here"}, ApiServerUnavailable),
            (403, {"message": "forbidden"}, ApiServerUnavailable),
            (502, "<html>", ApiServerUnavailable),
            (200, "<html>", ApiServerUnavailable),
        ],
    )
    async def test_raises_what_the_status_means(
        self, harness: ClientHarness, status: int, body: Any, fault: type[Exception]
    ) -> None:
        harness.answers.say(status, body)
        with pytest.raises(fault, match="PATCH"):
            await harness.write()


ADMISSION = [
    (400, 'admission webhook "policy" denied the request'),
    (403, 'admission webhook "policy" denied the request'),
    (500, 'Internal error occurred: failed calling webhook "policy"'),
]
INVALID = "ValidatingAdmissionPolicy 'policy' denied request"
"""What a policy says that names no reason. The API server then answers 422, as when the test of a patch fails."""


class TestRefusalByAdmission:
    @pytest.mark.parametrize(("status", "words"), ADMISSION)
    async def test_of_metadata_is_one_that_the_status_can_say(
        self, harness: ClientHarness, status: int, words: str
    ) -> None:
        harness.answers.say(status, {"kind": "Status", "message": words})
        with pytest.raises(WriteRefused, match="webhook"):
            await harness.jobs.patch_metadata(MINE, {"finalizers": [FINALIZER]})

    @pytest.mark.parametrize(("status", "words"), ADMISSION)
    async def test_of_a_release_is_one_that_the_status_can_say(
        self, harness: ClientHarness, status: int, words: str
    ) -> None:
        harness.answers.say(status, {"kind": "Status", "message": words})
        with pytest.raises(WriteRefused, match="webhook"):
            await harness.jobs.release(MINE)

    @pytest.mark.parametrize(("status", "words"), ADMISSION)
    async def test_of_a_status_is_not(self, harness: ClientHarness, status: int, words: str) -> None:
        harness.answers.say(status, {"kind": "Status", "message": words})
        with pytest.raises(ApiServerUnavailable, match="webhook") as caught:
            await harness.write()
        assert not isinstance(caught.value, WriteRefused)

    async def test_by_a_policy_whose_reason_is_that_it_is_too_large_is_one_that_the_status_can_say(
        self, harness: ClientHarness
    ) -> None:
        harness.answers.say(413, {"message": INVALID})
        with pytest.raises(WriteRefused, match="ValidatingAdmissionPolicy"):
            await harness.jobs.patch_metadata(MINE, {"finalizers": [FINALIZER]})

    async def test_by_a_policy_of_metadata_is_one_that_the_status_can_say(self, harness: ClientHarness) -> None:
        harness.answers.say(422, {"message": INVALID})
        harness.answers.say(200, written())
        with pytest.raises(WriteRefused, match="ValidatingAdmissionPolicy"):
            await harness.jobs.patch_metadata(MINE, {"finalizers": [FINALIZER]})

    async def test_by_a_policy_of_a_release_is_one_that_the_status_can_say(self, harness: ClientHarness) -> None:
        harness.answers.say(422, {"message": INVALID})
        harness.answers.say(200, written(finalizers=list(MINE.finalizers)))
        with pytest.raises(WriteRefused, match="ValidatingAdmissionPolicy"):
            await harness.jobs.release(MINE)
        assert len(harness.answers.asked) == 2, "the write, and the look that shows that nobody was faster"

    async def test_by_a_policy_is_found_after_an_edit_of_others(self, harness: ClientHarness) -> None:
        moved = ["foregroundDeletion", FINALIZER]
        harness.answers.say(409, {"message": "conflict"})
        harness.answers.say(200, written(finalizers=moved))
        harness.answers.say(422, {"message": INVALID})
        harness.answers.say(200, written(resourceVersion="8", finalizers=moved))
        with pytest.raises(WriteRefused, match="ValidatingAdmissionPolicy"):
            await harness.jobs.release(MINE)

    async def test_an_answer_of_a_gateway_is_none(self, harness: ClientHarness) -> None:
        harness.answers.say(500, "<html>")
        with pytest.raises(ApiServerUnavailable) as caught:
            await harness.jobs.patch_metadata(MINE, {"finalizers": [FINALIZER]})
        assert not isinstance(caught.value, WriteRefused)


class TestPatchOfStatus:
    async def test_names_a_version_of_the_object_so_that_no_other_of_its_name_gets_it(
        self, harness: ClientHarness
    ) -> None:
        harness.answers.say(200, written())
        await harness.write()
        assert harness.answers.sent[0]["metadata"] == {"resourceVersion": MINE.resource_version}

    async def test_is_merged_into_the_version_that_an_edit_has_made_meanwhile(self, harness: ClientHarness) -> None:
        harness.answers.say(409, {"message": "conflict"})
        harness.answers.say(200, written(resourceVersion="8"))
        harness.answers.say(200, written(resourceVersion="9"))
        await harness.write()
        assert [body.get("metadata") for body in harness.answers.sent] == [
            {"resourceVersion": MINE.resource_version},
            None,
            {"resourceVersion": "8"},
        ]

    async def test_does_not_reach_an_object_that_was_created_again(self, harness: ClientHarness) -> None:
        harness.answers.say(409, {"message": "conflict"})
        harness.answers.say(200, written(uid="new"))
        with pytest.raises(ResourceChanged, match="made anew"):
            await harness.write()
        assert len(harness.answers.asked) == 2

    async def test_if_unchanged_is_not_tried_again(self, harness: ClientHarness) -> None:
        harness.answers.say(409, {"message": "conflict"})
        with pytest.raises(ResourceChanged):
            await harness.jobs.patch_status(MINE, {"observedGeneration": 1}, if_unchanged=True)
        assert len(harness.answers.asked) == 1


class TestPatchOfMetadata:
    async def test_names_the_uid(self, harness: ClientHarness) -> None:
        harness.answers.say(200, written())
        await harness.jobs.patch_metadata(MINE, {"annotations": {"a": "b"}})
        assert harness.answers.sent == [{"metadata": {"uid": MINE.uid, "annotations": {"a": "b"}}}]

    async def test_of_an_object_that_was_created_again_says_so(self, harness: ClientHarness) -> None:
        harness.answers.say(422, {"message": "metadata.uid: field is immutable"})
        harness.answers.say(200, written(uid="new"))
        with pytest.raises(ResourceChanged, match="made anew"):
            await harness.jobs.patch_metadata(MINE, {"annotations": {"a": "b"}})

    async def test_that_is_refused_for_another_cause_raises_the_refusal(self, harness: ClientHarness) -> None:
        harness.answers.say(422, {"message": "too long"})
        harness.answers.say(200, written())
        with pytest.raises(WriteRefused, match="too long"):
            await harness.jobs.patch_metadata(MINE, {"annotations": {"a": "b"}})


class TestRelease:
    async def test_tests_only_the_uid_and_our_finalizer(self, harness: ClientHarness) -> None:
        harness.answers.say(200, written(deletionTimestamp="2026-11-01T12:00:00Z"))
        await harness.jobs.release(MINE)
        assert harness.answers.sent == [
            [
                {"op": "test", "path": "/metadata/uid", "value": MINE.uid},
                {"op": "test", "path": "/metadata/finalizers/0", "value": FINALIZER},
                {"op": "remove", "path": "/metadata/finalizers/0"},
            ]
        ]

    @pytest.mark.parametrize("status", [409, 422])
    async def test_is_tried_again_where_the_finalizer_stands_by_then(self, harness: ClientHarness, status: int) -> None:
        harness.answers.say(status, {"message": "the test has failed"})
        harness.answers.say(200, written(resourceVersion="8", finalizers=["foregroundDeletion", FINALIZER]))
        harness.answers.say(200, written(resourceVersion="9", finalizers=["foregroundDeletion"]))
        released = await harness.jobs.release(MINE)
        assert not released.has_finalizer
        assert harness.answers.sent[-1][-1] == {"op": "remove", "path": "/metadata/finalizers/1"}

    async def test_writes_nothing_when_the_finalizer_is_gone(self, harness: ClientHarness) -> None:
        released = await harness.jobs.release(resource(finalizers=("other",), resource_version="5", uid="another"))
        assert released.finalizers == ("other",)
        assert harness.answers.asked == []


class TestRefresh:
    async def test_keeps_what_the_api_server_has_now(self, harness: ClientHarness) -> None:
        harness.answers.say(200, {"items": [written()]})
        await harness.jobs.refresh(MINE)
        assert [known.resource_version for known in harness.resources] == ["7"]

    async def test_says_that_the_object_is_gone(self, harness: ClientHarness) -> None:
        harness.answers.say(200, {"items": []})
        with pytest.raises(ResourceGone):
            await harness.jobs.refresh(MINE)

    async def test_refuses_another_object_of_that_name(self, harness: ClientHarness) -> None:
        harness.answers.say(200, {"items": [written(uid="new")]})
        with pytest.raises(ResourceChanged):
            await harness.jobs.refresh(MINE)


class TestCountRefusals:
    async def test_counts_refused_writes_until_one_is_taken(self, harness: ClientHarness) -> None:
        harness.answers.say(403, {"message": "forbidden"})
        await harness.fail(5)
        assert harness.count() == 5
        harness.answers.script = [(200, json.dumps(written()))]
        await harness.write()
        assert harness.count() == 0

    async def test_leaves_out_namespaces_that_are_refused_as_a_whole(self, harness: ClientHarness) -> None:
        harness.answers.say(403, {"message": "forbidden"})
        await harness.fail(5)
        assert harness.count(MINE.key.namespace) == 0

    async def test_leaves_out_a_conflict(self, harness: ClientHarness) -> None:
        harness.answers.say(409, {"message": "conflict"})
        with pytest.raises(ResourceChanged):
            await harness.write()
        assert harness.count() == 0
