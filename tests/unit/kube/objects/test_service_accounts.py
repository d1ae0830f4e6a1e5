"""Tokens of ServiceAccounts: what is requested, and what a refusal means."""

from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.service_accounts import request_token
from tests.support.answers import Answers
from tests.support.halts import stalls

ACCOUNT = ObjectKey("identity", "sync")


@pytest.fixture
def answers() -> Answers:
    return Answers()


async def ask(answers: Answers) -> str:
    return await request_token(ApiClient("https://api", answers.session), ACCOUNT, "api://AzureADTokenExchange")


async def test_a_token_is_requested_for_entra_and_for_one_hour(answers: Answers) -> None:
    answers.say(201, {"status": {"token": "the-token"}})
    assert await ask(answers) == "the-token"
    assert answers.asked == ["POST https://api/api/v1/namespaces/identity/serviceaccounts/sync/token"]
    assert answers.sent == [
        {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"audiences": ["api://AzureADTokenExchange"], "expirationSeconds": 3600},
        }
    ]


async def test_a_missing_right_is_named_with_the_way_to_grant_it(answers: Answers) -> None:
    answers.say(403, {"message": 'User "system:serviceaccount:a:operator" cannot create resource'})
    with stalls() as refusal:
        await ask(answers)
    assert refusal.value.reason is Reason.TOKEN_REQUEST_DENIED
    message = refusal.value.message
    assert (
        "may not ask for a token of ServiceAccount identity/sync. Let the owner of namespace identity grant that"
        in message
    )
    assert "a Role with the verb create on serviceaccounts/token, resourceNames [sync], and a RoleBinding" in message
    assert "system:serviceaccount:a:operator" in message


@pytest.mark.parametrize(
    "words",
    [
        'admission webhook "tokens.example.com" denied the request: not today',
        "ValidatingAdmissionPolicy 'tokens' with binding 'all' denied request: not today",
    ],
)
async def test_a_refusal_by_admission_is_told_as_one_and_not_as_a_missing_right(answers: Answers, words: str) -> None:
    answers.say(403, {"message": words})
    with stalls() as refusal:
        await ask(answers)
    assert "Admission refuses a token of ServiceAccount identity/sync." in refusal.value.message
    assert words in refusal.value.message
    assert "Role" not in refusal.value.message


async def test_a_missing_service_account_is_named(answers: Answers) -> None:
    answers.say(404, {"message": "not found"})
    with stalls(match="There is no ServiceAccount identity/sync") as refusal:
        await ask(answers)
    assert refusal.value.reason is Reason.TOKEN_REQUEST_DENIED


@pytest.mark.parametrize(("status", "body"), [(500, {}), (429, {}), (201, {"status": {}}), (201, {}), (201, [])])
async def test_any_other_refusal_is_transient(answers: Answers, status: int, body: Any) -> None:
    answers.say(status, body)
    with pytest.raises(Transient, match="gave no token for ServiceAccount identity/sync") as trouble:
        await ask(answers)
    assert trouble.value.reason is Reason.TOKEN_REQUEST_DENIED, "Graph has nothing to do with it"
