"""Reading a Secret: what is there, what is not, and what a person must grant."""

import base64
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Stalled
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.secrets import SecretReader
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.answers import Answers

KEY = ObjectKey("identity", "entra")


def stored(**data: str) -> dict[str, Any]:
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in data.items()}
    return {"metadata": {"name": "entra", "uid": "uid-1", "resourceVersion": "7"}, "data": encoded}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def reader(answers: Answers) -> SecretReader:
    return SecretReader(ApiClient("https://api", answers.session))


class TestASecret:
    async def test_is_read_with_its_identity_and_its_values_decoded(
        self, answers: Answers, reader: SecretReader
    ) -> None:
        answers.say(200, stored(token="canary"))
        secret = await reader.read_secret(KEY)
        assert secret is not None
        assert (secret.key, secret.uid, secret.resource_version) == (KEY, "uid-1", "7")
        assert secret.data == {"token": b"canary"}
        assert answers.asked == ["GET https://api/api/v1/namespaces/identity/secrets/entra"]

    async def test_prints_no_value(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, stored(token="canary"))
        assert "canary" not in repr(await reader.read_secret(KEY))

    async def test_without_data_is_empty(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, {"metadata": stored()["metadata"]})
        secret = await reader.read_secret(KEY)
        assert secret is not None
        assert secret.data == {}

    async def test_that_is_not_there_is_none(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(404, {"message": 'secrets "entra" not found'})
        assert await reader.read_secret(KEY) is None

    async def test_that_may_not_be_read_names_the_missing_right(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(403, {"message": 'User "system:serviceaccount:a:b" cannot get resource "secrets"'})
        with pytest.raises(Stalled) as refusal:
            await reader.read_secret(KEY)
        assert refusal.value.reason is Reason.SECRET_UNREADABLE
        assert "Secret identity/entra may not be read" in refusal.value.message
        assert "lacks the right get on secrets in namespace identity" in refusal.value.message
        assert "system:serviceaccount:a:b" in refusal.value.message

    async def test_in_trouble_of_the_api_server_is_tried_again(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(503, {"message": "later"})
        with pytest.raises(ApiServerUnavailable):
            await reader.read_secret(KEY)

    async def test_in_a_form_that_cannot_be_read_is_not_quoted(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, stored() | {"data": {"token": "canary!"}})
        with pytest.raises(ApiServerUnavailable) as error:
            await reader.read_secret(KEY)
        assert "canary" not in str(error.value)
