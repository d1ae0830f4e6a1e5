"""Reading a Secret: one that exists, one that does not, and a right that is missing."""

import base64
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.secrets import SecretReader
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.answers import Answers
from tests.support.halts import stalls

KEY = ObjectKey("identity", "entra")


def stored(**data: str) -> dict[str, Any]:
    encoded = {name: base64.b64encode(value.encode()).decode() for name, value in data.items()}
    labels = {"entrasync.io/watch": "true"}
    return {"metadata": {"name": "entra", "uid": "uid-1", "resourceVersion": "7", "labels": labels}, "data": encoded}


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def reader(answers: Answers) -> SecretReader:
    return SecretReader(ApiClient("https://api", answers.session))


class TestSecretReader:
    async def test_reads_a_secret_with_its_identity_and_decoded_values(
        self, answers: Answers, reader: SecretReader
    ) -> None:
        answers.say(200, stored(token="canary"))
        secret = await reader.read_secret(KEY)
        assert secret is not None
        assert (secret.key, secret.uid, secret.resource_version) == (KEY, "uid-1", "7")
        assert secret.data == {"token": b"canary"}
        assert answers.asked == ["GET https://api/api/v1/namespaces/identity/secrets/entra"]

    async def test_returns_a_secret_that_prints_no_value(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, stored(token="canary"))
        assert "canary" not in repr(await reader.read_secret(KEY))

    async def test_reads_a_secret_without_data_as_empty(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, {"metadata": stored()["metadata"]})
        secret = await reader.read_secret(KEY)
        assert secret is not None
        assert secret.data == {}

    async def test_returns_none_for_a_missing_secret(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(404, {"message": 'secrets "entra" not found'})
        assert await reader.read_secret(KEY) is None

    async def test_names_the_missing_right_when_it_is_refused(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(403, {"message": 'User "system:serviceaccount:a:b" cannot get resource "secrets"'})
        with stalls() as refusal:
            await reader.read_secret(KEY)
        assert refusal.value.reason is Reason.SECRET_UNREADABLE
        assert "Secret identity/entra may not be read" in refusal.value.message
        assert "lacks the right get on secrets in namespace identity" in refusal.value.message
        assert "system:serviceaccount:a:b" in refusal.value.message

    @pytest.mark.parametrize(
        "labels", [None, {}, {"entrasync.io/watch": "false"}, {"entrasync.io/watch": ""}, {"watch": "true"}]
    )
    async def test_refuses_a_secret_without_the_label_and_gives_the_command_that_sets_it(
        self, answers: Answers, reader: SecretReader, labels: dict[str, str] | None
    ) -> None:
        secret = stored(token="canary")
        answers.say(200, secret | {"metadata": secret["metadata"] | {"labels": labels}})
        with stalls() as refusal:
            await reader.read_secret(KEY)
        assert refusal.value.reason is Reason.SECRET_UNREADABLE
        assert refusal.value.message == (
            'Secret identity/entra is not used, because it lacks the label entrasync.io/watch: "true". If its values '
            "may be sent to Microsoft Graph, run: "
            "kubectl label secret entra --namespace identity entrasync.io/watch=true."
        )

    async def test_reads_a_secret_without_the_label_if_the_install_allows_it(self, answers: Answers) -> None:
        reader = SecretReader(ApiClient("https://api", answers.session), allows_unlabelled=True)
        answers.say(200, {"metadata": stored()["metadata"] | {"labels": {}}})
        assert await reader.read_secret(KEY) is not None

    async def test_raises_a_passing_error_when_the_api_server_fails(
        self, answers: Answers, reader: SecretReader
    ) -> None:
        answers.say(503, {"message": "later"})
        with pytest.raises(ApiServerUnavailable):
            await reader.read_secret(KEY)

    async def test_does_not_quote_a_secret_that_cannot_be_decoded(self, answers: Answers, reader: SecretReader) -> None:
        answers.say(200, stored() | {"data": {"token": "canary!"}})
        with pytest.raises(ApiServerUnavailable) as error:
            await reader.read_secret(KEY)
        assert "canary" not in str(error.value)
