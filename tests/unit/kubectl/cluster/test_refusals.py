"""What the API server refuses, and its silence, as a sentence with what to do. The bodies are those of a real one."""

import json

import pytest
from kubernetes import client
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.refusals import Refused, explain_refusals
from kubectl_entrasync.failure import Failure

NO_SUCH_PATH = "404 page not found\n"
"""The whole body where a CRD is missing: it is no document."""


@pytest.fixture
def access() -> Access:
    return Access(client.ApiClient(client.Configuration(host="https://cluster.example")), "prod", "team-a")


def refusal(status: int, body: str) -> client.ApiException:
    error = client.ApiException(status=status, reason="Refused")
    error.body = body
    return error


def words(message: str) -> str:
    return json.dumps({"kind": "Status", "message": message})


class TestARefusal:
    @pytest.mark.parametrize("name", [None, "crm"])
    def test_of_a_kind_that_is_not_there_names_the_crd(self, access: Access, name: str | None) -> None:
        assert explain(access, refusal(404, NO_SUCH_PATH), name=name) == (
            "The cluster of context prod does not have the CRD synchronizationjobs.entrasync.io. Install the operator "
            "there, or choose another --context."
        )

    def test_of_a_name_that_is_not_there_says_where_it_was_looked_for(self, access: Access) -> None:
        said = explain(access, refusal(404, words('synchronizationjobs.entrasync.io "crm" not found')), name="crm")
        assert said.startswith(
            "There is no SynchronizationJob crm in namespace team-a. List those that there are with "
        )

    def test_for_want_of_a_right_names_the_verb_and_the_resource(self, access: Access) -> None:
        said = explain(access, refusal(403, words('User "anna" cannot list resource')))
        assert said == (
            'You may not list synchronizationjobs.entrasync.io in namespace team-a: User "anna" cannot list resource. '
            "Ask for a role that allows it, or check with `kubectl auth can-i list synchronizationjobs.entrasync.io`."
        )

    def test_of_a_login_says_to_log_in_again(self, access: Access) -> None:
        assert "does not accept the login of context prod. Log in again" in explain(access, refusal(401, words("no")))

    @pytest.mark.parametrize("body", ["", "<html>busy</html>", words("the server is overloaded"), "[]", "null"])
    def test_for_any_other_cause_has_its_status_and_ends_with_what_to_do(self, access: Access, body: str) -> None:
        said = explain(access, refusal(429, body))
        assert said.startswith(
            "The API server at https://cluster.example refused to list synchronizationjobs with 429: "
        )
        assert said.endswith(". Correct what it names, or try again later.")


@pytest.mark.parametrize(
    "silence",
    [
        ReadTimeoutError(None, "/apis", "Read timed out."),  # type: ignore[arg-type]  # the pool is not looked at
        MaxRetryError(None, "/apis", NewConnectionError(None, "refused")),  # type: ignore[arg-type]  # nor here
        MaxRetryError(None, "/apis"),  # type: ignore[arg-type]  # nor here
    ],
)
def test_a_silence_names_the_cluster(access: Access, silence: Exception) -> None:
    with pytest.raises(Failure) as ended, explain_refusals(access, "list"):
        raise silence
    assert str(ended.value).startswith("The cluster at https://cluster.example (context prod) does not answer: ")


def explain(access: Access, error: client.ApiException, *, name: str | None = None) -> str:
    with pytest.raises(Refused) as ended, explain_refusals(access, "list", name=name):
        raise error
    return str(ended.value)
