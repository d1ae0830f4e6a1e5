"""ConfigMaps at the API server: how one is made and deleted, and what a refusal means."""

from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.resource.config_map import NewConfigMap
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.config_maps import ConfigMapClient
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ConfigMapRefused, ConfigMapTaken, WriteRefused
from tests.support.answers import Answers

KEY = ObjectKey("identity", "salesforce-schema-0")
BACKUP = NewConfigMap(KEY, {"schema.json.gz": b"\x1f\x8b"}, labels={"a": "b"}, annotations={"c": "d"})
METADATA = {"name": KEY.name, "uid": "uid-1", "resourceVersion": "7"}
COLLECTION = "https://api/api/v1/namespaces/identity/configmaps"


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def client(answers: Answers) -> ConfigMapClient:
    return ConfigMapClient(ApiClient("https://api", answers.session))


def terminating() -> dict[str, Any]:
    return {"message": "being terminated", "details": {"causes": [{"reason": "NamespaceTerminating"}]}}


class TestConfigMapClient:
    async def test_makes_one_that_nobody_can_change(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(201, {})
        await client.create(BACKUP)
        assert answers.asked == [f"POST {COLLECTION}"]
        assert answers.sent[0] == {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": KEY.name,
                "namespace": KEY.namespace,
                "labels": {"a": "b"},
                "annotations": {"c": "d"},
            },
            "immutable": True,
            "binaryData": {"schema.json.gz": "H4s="},
        }

    async def test_leaves_one_that_is_there_as_it_is(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(409, {"message": "already exists"})
        answers.say(200, {"metadata": METADATA, "binaryData": {"schema.json.gz": "H4s="}})
        await client.create(BACKUP)
        assert answers.asked == [f"POST {COLLECTION}", f"GET {COLLECTION}/{KEY.name}"]

    @pytest.mark.parametrize("held", [{}, {"binaryData": {"schema.json.gz": "H4w="}}, {"data": {"a": "b"}}])
    async def test_does_not_take_what_somebody_else_has_made_for_its_own(
        self, answers: Answers, client: ConfigMapClient, held: dict[str, Any]
    ) -> None:
        answers.say(409, {"message": "already exists"})
        answers.say(200, {"metadata": METADATA, **held})
        with pytest.raises(ConfigMapTaken, match=f"ConfigMap {KEY} is there and holds something else"):
            await client.create(BACKUP)

    async def test_is_tried_again_after_a_conflict_with_the_count_of_a_quota(
        self, answers: Answers, client: ConfigMapClient
    ) -> None:
        answers.say(409, {"message": 'Operation cannot be fulfilled on resourcequotas "small"'})
        answers.say(404, {"message": "not found"})
        with pytest.raises(ApiServerUnavailable, match="resourcequotas"):
            await client.create(BACKUP)

    @pytest.mark.parametrize("status", [400, 422])
    async def test_says_what_a_policy_of_the_cluster_refuses(
        self, answers: Answers, client: ConfigMapClient, status: int
    ) -> None:
        answers.say(status, {"message": "admission webhook denied the request: label owner is missing"})
        with pytest.raises(ConfigMapRefused, match="label owner is missing"):
            await client.create(BACKUP)

    async def test_says_that_a_webhook_does_not_answer(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(500, {"kind": "Status", "message": 'failed calling webhook "policy"'})
        answers.say(500, {"kind": "Status", "message": "etcdserver: request timed out"})
        with pytest.raises(WriteRefused, match="failed calling webhook"):
            await client.create(BACKUP)
        with pytest.raises(ApiServerUnavailable, match="etcdserver"):
            await client.read(KEY)

    async def test_deletes_one_that_is_there_or_gone(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(200, {})
        answers.say(404, {"message": "not found"})
        await client.delete(KEY)
        await client.delete(KEY)
        assert answers.asked == [f"DELETE {COLLECTION}/{KEY.name}"] * 2

    async def test_says_what_the_api_server_refuses(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(403, {"message": "exceeded quota: small"})
        answers.say(403, {"message": 'cannot delete resource "configmaps"'})
        with pytest.raises(ConfigMapRefused, match="exceeded quota: small"):
            await client.create(BACKUP)
        with pytest.raises(ConfigMapRefused, match="cannot delete"):
            await client.delete(KEY)

    async def test_leaves_a_namespace_that_is_being_deleted_alone(
        self, answers: Answers, client: ConfigMapClient
    ) -> None:
        answers.say(403, terminating())
        with pytest.raises(ApiServerUnavailable):
            await client.create(BACKUP)


class TestReading:
    async def test_reads_texts_and_bytes_as_bytes_with_their_version(
        self, answers: Answers, client: ConfigMapClient
    ) -> None:
        answers.say(200, {"metadata": METADATA, "data": {"a.json": "é"}, "binaryData": {"b.gz": "H4s="}})
        found = await client.read(KEY)
        assert found is not None
        assert found.version == ConfigMapVersion(KEY.name, "uid-1", "7")
        assert found.data == {"a.json": "é".encode(), "b.gz": b"\x1f\x8b"}
        assert answers.asked == [f"GET {COLLECTION}/{KEY.name}"]

    async def test_reads_one_without_data_as_empty(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(200, {"metadata": METADATA})
        found = await client.read(KEY)
        assert found is not None
        assert found.data == {}

    async def test_reads_the_version_alone(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(200, {"metadata": METADATA})
        assert await client.read_version(KEY) == ConfigMapVersion(KEY.name, "uid-1", "7")

    async def test_finds_none_that_is_missing(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(404, {"message": "not found"})
        assert await client.read(KEY) is None
        version = await client.read_version(KEY)
        assert (version, version.exists) == (ConfigMapVersion(KEY.name), False)

    async def test_says_what_the_api_server_refuses(self, answers: Answers, client: ConfigMapClient) -> None:
        answers.say(403, {"message": 'cannot get resource "configmaps"'})
        with pytest.raises(ConfigMapRefused, match="cannot get"):
            await client.read_version(KEY)

    @pytest.mark.parametrize("odd", [{"binaryData": {"a": "%%"}}, {"data": {"a": 5}}, {"binaryData": {"a": None}}])
    async def test_takes_an_answer_that_is_none_for_an_outage(
        self, answers: Answers, client: ConfigMapClient, odd: dict[str, Any]
    ) -> None:
        answers.say(200, {"metadata": METADATA, **odd})
        with pytest.raises(ApiServerUnavailable):
            await client.read(KEY)
