"""Checks tokens and discovery as msal uses them, and how Graph refuses wrong tokens."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msal
import pytest
import requests

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import Principal, SimulatorClient


@pytest.fixture
def session(simulator: SimulatorClient) -> Iterator[requests.Session]:
    """A session that trusts the simulator and ignores REQUESTS_CA_BUNDLE, which would override `verify`."""
    with requests.Session() as made:
        made.trust_env = False
        made.verify = str(simulator.ca_path)
        yield made


def make_msal(simulator: SimulatorClient, session: requests.Session, **changes: Any) -> Any:
    known = simulator.connection
    fields = {"client_id": known.client_id, "client_credential": known.client_secret, "authority": known.authority}
    return msal.ConfidentialClientApplication(**fields | changes, instance_discovery=False, http_client=session)


def acquire(app: Any, simulator: SimulatorClient) -> dict[str, Any]:
    answer: dict[str, Any] = app.acquire_token_for_client(scopes=[f"{simulator.connection.graph_url}/.default"])
    return answer


def test_msal_gets_a_token_that_graph_accepts(
    simulator: SimulatorClient, session: requests.Session, caller: GraphCaller, principal: Principal
) -> None:
    answer = acquire(make_msal(simulator, session), simulator)
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    caller.token = answer["access_token"]
    assert caller.get(jobs_of(principal.id)).status_code == 200
    assert simulator.calls().identity == {"discovery": 1, "token": 1}


@pytest.mark.parametrize(
    ("changes", "number"),
    [({"client_credential": "wrong"}, 7000215), ({"client_id": "nobody"}, 700016)],
)
def test_msal_gets_entras_error_numbers(
    simulator: SimulatorClient, session: requests.Session, changes: dict[str, str], number: int
) -> None:
    answer = acquire(make_msal(simulator, session, **changes), simulator)
    assert answer["error_codes"] == [number]
    assert f"AADSTS{number}" in answer["error_description"]


def test_a_switch_lets_entra_quote_the_secret_that_it_refuses(
    simulator: SimulatorClient, session: requests.Session
) -> None:
    simulator.switch(quotes_secrets=True)
    result = acquire(make_msal(simulator, session, client_credential="wr/ng"), simulator)
    assert result["error_codes"] == [7000215]
    assert result["error_description"].startswith("Got 'wr/ng', 'wr%2Fng', '")


def test_msal_reports_a_tenant_that_does_not_exist(simulator: SimulatorClient, session: requests.Session) -> None:
    with pytest.raises(ValueError, match="double check your tenant"):
        make_msal(simulator, session, authority=f"{simulator.connection.url}/nowhere")


def test_discovery_refuses_a_tenant_that_does_not_exist(caller: GraphCaller) -> None:
    answer = caller.http.get("/nowhere/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")
    assert answer.json()["error_description"].startswith("AADSTS90002")


def test_roles_can_be_withdrawn_from_an_application(simulator: SimulatorClient, caller: GraphCaller) -> None:
    simulator.set_application(roles=[])
    caller.sign_in().get("/servicePrincipals/x")
    assert simulator.journal(operation="getServicePrincipal")[0].roles == ()


def test_a_secret_can_be_rotated(simulator: SimulatorClient, caller: GraphCaller) -> None:
    simulator.set_application(secrets=["new"])
    assert caller.ask_token().status_code == 401
    assert caller.ask_token(client_secret="new").status_code == 200


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("", "Access token is empty."),
        ("Basic x", "Access token is empty."),
        ("Bearer garbled", "CompactToken parsing failed with error code: 80049217"),
    ],
)
def test_graph_refuses_a_missing_or_malformed_token(
    caller: GraphCaller, principal: Principal, authorization: str, message: str
) -> None:
    answer = caller.get(jobs_of(principal.id), headers={"authorization": authorization})
    assert read_error(answer) == (401, "InvalidAuthenticationToken", message)


def test_graph_refuses_expired_and_revoked_tokens(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_token_lifetime(0)
    refused = (401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    assert read_error(caller.sign_in().get(jobs_of(principal.id))) == refused
    simulator.set_token_lifetime(3599)
    assert caller.sign_in().get(jobs_of(principal.id)).status_code == 200
    simulator.revoke_tokens()
    assert read_error(caller.get(jobs_of(principal.id))) == refused
    assert caller.sign_in().get(jobs_of(principal.id)).status_code == 200


def test_the_signing_keys_are_published(caller: GraphCaller, simulator: SimulatorClient) -> None:
    keys = caller.http.get(f"/{simulator.connection.tenant_id}/discovery/v2.0/keys").json()["keys"]
    assert [(key["kty"], key["kid"]) for key in keys] == [("RSA", "simulator")]


@pytest.mark.parametrize("name", ["grant_type", "client_id", "scope"])
def test_a_token_request_that_lacks_a_parameter_is_told_which(
    caller: GraphCaller, simulator: SimulatorClient, name: str
) -> None:
    known = simulator.connection
    form = {"grant_type": "client_credentials", "scope": f"{known.graph_url}/.default", "client_id": known.client_id}
    del form[name]
    answer = caller.http.post(f"/{known.tenant_id}/oauth2/v2.0/token", data=form)
    document = answer.json()
    assert (answer.status_code, document["error"], document["error_codes"]) == (400, "invalid_request", [900144])
    text = f"AADSTS900144: The request body must contain the following parameter: '{name}'."
    assert document["error_description"].startswith(text)


def test_a_secret_may_come_in_the_header_as_the_discovery_document_promises(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_application(secrets=["s:e/c ret~"])
    known = simulator.connection
    form = {"grant_type": "client_credentials", "scope": f"{known.graph_url}/.default"}
    statuses = []
    for secret in ("wrong", "s:e/c ret~"):
        pair = f"{known.client_id}:{quote(secret, safe='')}".encode()
        headers = {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
        answer = caller.http.post(f"/{known.tenant_id}/oauth2/v2.0/token", data=form, headers=headers)
        statuses.append(answer.status_code)
    assert statuses == [401, 200]
    caller.token = answer.json()["access_token"]
    assert caller.get(jobs_of(principal.id)).status_code == 200


def test_the_discovery_document_names_the_endpoints_of_users_and_devices(
    caller: GraphCaller, simulator: SimulatorClient
) -> None:
    tenant = simulator.connection.tenant_id
    document = caller.http.get(f"/{tenant}/v2.0/.well-known/openid-configuration").json()
    assert document["userinfo_endpoint"].endswith("/oidc/userinfo")
    assert document["device_authorization_endpoint"].endswith(f"/{tenant}/oauth2/v2.0/devicecode")


def test_answers_with_tokens_are_not_stored_and_have_no_header_of_graph(caller: GraphCaller) -> None:
    for answer in (caller.ask_token(), caller.ask_token(client_secret="wrong")):
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["pragma"] == "no-cache"
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert not {"request-id", "odata-version", "x-ms-ags-diagnostic", "x-ms-resource-unit"} & set(answer.headers)


def test_graph_tells_how_to_authenticate_with_each_401(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_application(roles=["User.Read.All"])
    for headers in ({"authorization": ""}, {}):
        answer = caller.get(jobs_of(principal.id), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="", authorization_uri="https://login.')
