"""A Lease at the API server: what is read, what is written, and answers that are none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrasync.core.leadership.lease import Lease
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.leases import LeaseClient
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.answers import Answers

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
FOLDER = "https://api/apis/coordination.k8s.io/v1/namespaces/entra/leases"
SPEC = {
    "holderIdentity": "first",
    "leaseDurationSeconds": 10,
    "acquireTime": "2026-11-01T12:00:00.000000Z",
    "renewTime": "2026-11-01T12:00:00.000000Z",
    "leaseTransitions": 3,
}
STORED = {"metadata": {"resourceVersion": "7", "labels": {"team": "identity"}}, "spec": SPEC}
HELD = Lease("first", timedelta(seconds=10), NOON, NOON, transitions=3, version="7")


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def leases(answers: Answers) -> LeaseClient:
    return LeaseClient(ApiClient("https://api", answers.session), "entra", "operator")


class TestReading:
    async def test_returns_the_lease_as_it_is_stored(self, answers: Answers, leases: LeaseClient) -> None:
        answers.say(200, STORED)
        assert await leases.read() == HELD
        assert answers.asked == [f"GET {FOLDER}/operator"]

    async def test_returns_one_that_nobody_holds_where_there_is_none(
        self, answers: Answers, leases: LeaseClient
    ) -> None:
        answers.say(404, {"message": "there is none"})
        assert await leases.read() == Lease()

    async def test_takes_a_lease_without_a_spec_for_one_that_nobody_holds(
        self, answers: Answers, leases: LeaseClient
    ) -> None:
        answers.say(200, {"metadata": {"resourceVersion": "7"}})
        assert (await leases.read()).holder == ""

    @pytest.mark.parametrize(
        "answer", [None, [], "ok", {}, {"metadata": {}}, {"metadata": None}, STORED | {"spec": ["first"]}], ids=str
    )
    async def test_takes_an_answer_that_is_no_lease_for_none(
        self, answers: Answers, leases: LeaseClient, answer: Any
    ) -> None:
        answers.say(200, answer)
        with pytest.raises(ApiServerUnavailable):
            await leases.read()


class TestWriting:
    async def test_creates_a_lease_that_is_not_stored_yet(self, answers: Answers, leases: LeaseClient) -> None:
        answers.say(201, STORED)
        await leases.write(replace(HELD, version=""))
        assert answers.asked == [f"POST {FOLDER}"]
        [body] = answers.sent
        assert (body["metadata"], body["spec"]) == ({"name": "operator", "namespace": "entra"}, SPEC)

    async def test_is_bound_to_the_version_and_leaves_the_metadata_of_others(
        self, answers: Answers, leases: LeaseClient
    ) -> None:
        answers.say(200, STORED)
        assert await leases.write(HELD) == HELD
        assert answers.asked == [f"PATCH {FOLDER}/operator"]
        assert answers.sent == [{"metadata": {"resourceVersion": "7"}, "spec": SPEC}]

    async def test_takes_an_answer_that_is_no_lease_for_no_renewal(self, answers: Answers, leases: LeaseClient) -> None:
        answers.say(200, {"status": "welcome"})
        with pytest.raises(ApiServerUnavailable, match="is no Lease"):
            await leases.write(HELD)
