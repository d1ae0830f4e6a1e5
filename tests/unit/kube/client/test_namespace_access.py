"""Which namespaces the API server refuses is learnt from its answers."""

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client import namespace_access as namespace_access
from entrasync.kube.client.namespace_access import NamespaceAccess
from tests.support.answers import pass_answer

JOBS = "https://api/apis/entrasync.io/v1alpha1/namespaces/{}/synchronizationjobs"


class TestNamespaceAccess:
    async def test_logs_a_refused_namespace_once_with_what_to_do(self, caplog: pytest.LogCaptureFixture) -> None:
        access = NamespaceAccess(["team-a", "team-b"])
        await pass_answer(access, 403, JOBS.format("team-a"))
        await pass_answer(access, 403, JOBS.format("team-a") + "?watch=true")
        [record] = caplog.records
        assert "in namespace team-a" in record.message
        assert "helm upgrade" in record.message
        assert getattr(record, "why", "") == "its words"
        assert access.refused == ("team-a",)
        assert (access.is_refused("team-a"), access.is_refused("team-b"), access.is_all_refused) == (True, False, False)

    async def test_a_refusal_ends_when_list_and_watch_are_both_allowed(self) -> None:
        access = NamespaceAccess(["team-a"])
        for verb in ("", "?watch=true&timeoutSeconds=300"):
            await pass_answer(access, 403, JOBS.format("team-a") + verb)
        await pass_answer(access, 200, JOBS.format("team-a"))
        assert access.is_all_refused
        await pass_answer(access, 200, JOBS.format("team-a") + "?watch=true")
        assert access.refused == ()

    async def test_without_namespaces_the_whole_cluster_is_refused(self) -> None:
        access = NamespaceAccess()
        await pass_answer(access, 403, "https://api/apis/entrasync.io/v1alpha1/synchronizationjobs?watch=true")
        assert access.is_all_refused
        assert access.is_refused("any")

    @pytest.mark.parametrize(
        ("status", "url"),
        [
            (500, JOBS.format("team-a")),
            (404, JOBS.format("team-a")),
            (403, JOBS.format("stranger")),
            (403, "https://api/api/v1/namespaces/team-a/secrets"),
        ],
    )
    async def test_other_answers_refuse_no_namespace(self, status: int, url: str) -> None:
        access = NamespaceAccess(["team-a"])
        await pass_answer(access, status, url)
        assert access.refused == ()
        assert access.take_suspected() == set()

    async def test_a_refused_write_makes_its_namespace_suspected_once(self) -> None:
        access = NamespaceAccess(["team-a"])
        await pass_answer(access, 403, JOBS.format("team-a") + "/job/status", method="PATCH")
        assert access.refused == ()
        assert [access.take_suspected(), access.take_suspected()] == [{"team-a"}, set()]


async def test_objects_of_a_refused_namespace_may_not_be_acted_on() -> None:
    access = NamespaceAccess(["team-a", "team-b"])
    await pass_answer(access, 403, JOBS.format("team-a"))
    assert [access.may_act(ObjectKey(namespace, "job")) for namespace in ("team-a", "team-b")] == [False, True]


class TestAbsentCrds:
    async def test_one_that_was_served_and_is_gone_is_told_of_once_until_it_is_back(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        access, url = NamespaceAccess(["team-a"]), JOBS.format("team-a")
        await pass_answer(access, 200, url)
        for _ in range(2):
            await pass_answer(access, 404, url + "?watch=true")
        assert access.absent_crds == ["synchronizationjobs.entrasync.io"]
        [record] = caplog.records
        assert "The CRD synchronizationjobs.entrasync.io is not there any more" in record.message
        await pass_answer(access, 200, url)
        assert access.absent_crds == []

    async def test_one_that_was_never_served_is_none(self) -> None:
        access = NamespaceAccess(["team-a"])
        await pass_answer(access, 404, JOBS.format("team-a"))
        assert access.absent_crds == []

    async def test_an_object_that_is_gone_says_nothing(self) -> None:
        access, url = NamespaceAccess(["team-a"]), JOBS.format("team-a")
        await pass_answer(access, 200, url)
        await pass_answer(access, 404, url + "/job/status", method="PATCH")
        assert access.absent_crds == []
