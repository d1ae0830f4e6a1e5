"""Checks secrets and credentials over TLS: what is stored, shown and refused."""

import json
from datetime import timedelta

import httpx
import pytest

from graph_simulator.world.secrets import SECRET_KEYS, SENSITIVE_KEYS
from tests.support.graph_caller import GraphCaller, jobs_of, read_error, secrets_of
from tests.support.graph_facts import check_requests
from tests.support.simulator_client import ControlError, Principal, SimulatorClient

BAD = "SystemForCrossDomainIdentityManagementInvalidCredentials"


def put(caller: GraphCaller, principal: Principal, **values: str | None) -> httpx.Response:
    pairs = [{"key": key, "value": value} for key, value in values.items()]
    return caller.put(secrets_of(principal.id), {"value": pairs})


def read(caller: GraphCaller, principal: Principal) -> dict[str, str]:
    return {item["key"]: item["value"] for item in caller.get(secrets_of(principal.id)).json()["value"]}


def read_nested(answer: httpx.Response) -> tuple[int, str]:
    status, code, message = read_error(answer)
    assert code == "UnknownError"
    assert "\r\n" in message
    nested = json.loads(message)["error"]
    assert (nested["target"], nested["details"], nested["innerError"]) == (None, [], None)
    return status, nested["code"]


def test_stored_secrets_are_shown_masked(graph: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    assert read(graph, principal) == {}
    assert put(graph, principal, BaseAddress="https://scim.test", SecretToken="s3cret").status_code == 204
    assert read(graph, principal) == {"BaseAddress": "https://scim.test", "SecretToken": "*"}
    assert simulator.secrets(principal.id) == {"BaseAddress": "https://scim.test", "SecretToken": "s3cret"}
    assert check_requests(simulator.journal()) == 3


def test_exactly_the_values_of_sensitive_keys_are_masked(graph: GraphCaller, principal: Principal) -> None:
    values = dict.fromkeys(SECRET_KEYS, "{}")
    assert put(graph, principal, **values).status_code == 204
    shown = read(graph, principal)
    assert {key for key, value in shown.items() if value == "*"} == SENSITIVE_KEYS
    assert shown.keys() == SECRET_KEYS


def test_a_put_changes_secrets_by_key_and_an_empty_value_removes(graph: GraphCaller, principal: Principal) -> None:
    put(graph, principal, BaseAddress="a", SecretToken="s")
    put(graph, principal, SecretToken="", Domain=None, SyncAll="true")
    assert read(graph, principal) == {"BaseAddress": "a", "SyncAll": "true"}


def test_a_switch_lets_a_put_replace_all_secrets(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    put(caller, principal, BaseAddress="a", SecretToken="s")
    simulator.switch(secrets_put_replaces=True)
    put(caller, principal, SyncAll="true")
    assert read(caller, principal) == {"SyncAll": "true"}


def test_a_switch_masks_every_value(caller: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    put(caller, principal, BaseAddress="a", SyncAll="true")
    simulator.switch(secrets_masked="all")
    assert read(caller, principal) == {"BaseAddress": "*", "SyncAll": "*"}


@pytest.mark.parametrize("value", ["", None, "{Enabled: true}"])
def test_a_put_with_malformed_notification_settings_stores_nothing(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, value: str | None
) -> None:
    answer = put(graph, principal, BaseAddress="a", SyncNotificationSettings=value)
    assert read_nested(answer) == (400, "InvalidNotificationSettings")
    assert json.loads(read_error(answer)[2])["error"]["message"] is None
    assert simulator.secrets(principal.id) == {}
    assert simulator.secret_writes() == []
    assert not simulator.journal(operation="putSecrets")[0].had_effect


def test_empty_notification_settings_are_accepted_and_keep_the_key(graph: GraphCaller, principal: Principal) -> None:
    put(graph, principal, SyncNotificationSettings='{"Enabled":true}')
    assert put(graph, principal, SyncNotificationSettings="{}").status_code == 204
    assert read(graph, principal) == {"SyncNotificationSettings": "{}"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Empty Payload. JSON content expected."),
        (b"{", "Unable to read JSON request payload."),
        (b"{}", "The property 'value' is required."),
        (b'{"value":{}}', "Unable to read JSON request payload."),
        (b'{"value":[{"key":"SyncAll","value":true}]}', "Unable to read JSON request payload."),
        (b'{"value":[5]}', "Unable to read JSON request payload."),
        (
            b'{"values":[]}',
            "The parameter 'values' in the request payload is not a valid parameter for the operation 'secrets'.",
        ),
    ],
)
def test_a_malformed_put_of_secrets_is_refused(
    caller: GraphCaller, principal: Principal, content: bytes, message: str
) -> None:
    answer = caller.put(secrets_of(principal.id), content=content)
    assert read_error(answer) == (400, "BadRequest", message)


@pytest.mark.parametrize("key", ["secretToken", "SECRETTOKEN", "Nothing"])
def test_a_key_that_graph_does_not_know_is_an_internal_error(
    caller: GraphCaller, principal: Principal, key: str
) -> None:
    answer = caller.put(secrets_of(principal.id), {"value": [{"key": key, "value": "x"}]})
    assert read_error(answer) == (500, "InternalError", f"Requested value '{key}' was not found.")


def test_secrets_survive_the_deletion_of_jobs(graph: GraphCaller, principal: Principal) -> None:
    job = graph.create(principal.id)
    put(graph, principal, SecretToken="s")
    graph.delete(f"{jobs_of(principal.id)}/{job}")
    assert read(graph, principal) == {"SecretToken": "*"}


def test_secret_writes_have_the_values_and_the_journal_only_the_keys(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    put(caller, principal, SecretToken="s3cret", SyncAll="")
    entry = simulator.journal(operation="putSecrets")[0]
    assert (entry.service_principal, entry.status, entry.had_effect) == (principal.id, 204, True)
    assert entry.body == {"value": [{"key": "SecretToken", "value": "*"}, {"key": "SyncAll", "value": ""}]}
    (write,) = simulator.secret_writes(principal.id)
    assert write.values == {"SecretToken": "s3cret", "SyncAll": ""}
    assert (write.time, write.client_id) == (simulator.now(), simulator.connection.client_id)
    assert simulator.secret_writes("another") == []


def test_secrets_changed_by_the_portal_are_not_recorded_as_writes(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    put(caller, principal, SecretToken="s", BaseAddress="a")
    assert simulator.set_secrets(principal.id, {"SecretToken": None}) == {"BaseAddress": "a"}
    assert simulator.set_secrets(principal.id, {"SyncAll": "true"}, replaces=True) == {"SyncAll": "true"}
    assert read(caller, principal) == {"SyncAll": "true"}
    assert len(simulator.secret_writes()) == 1
    with pytest.raises(ControlError, match="knows no key syncAll"):
        simulator.set_secrets(principal.id, {"syncAll": "true"})


@pytest.mark.parametrize("job_bound", [True, False])
def test_credentials_are_validated_with_the_target_application(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, job_bound: bool
) -> None:
    path = f"{jobs_of(principal.id)}/{graph.create(principal.id)}" if job_bound else jobs_of(principal.id)
    simulator.set_target_app(principal.id, accepts={"SecretToken": ["good"]})

    def validate(token: str) -> httpx.Response:
        credentials = [{"key": "BaseAddress", "value": "a"}, {"key": "SecretToken", "value": token}]
        document = {"useSavedCredentials": False, "credentials": credentials, "templateId": "scim"}
        return graph.post(f"{path}/validateCredentials", document)

    assert validate("good").status_code == 204
    assert read_nested(validate("bad")) == (400, BAD)
    simulator.set_target_app(principal.id, available=False)
    assert read_nested(validate("good")) == (400, "CredentialValidationUnavailable")
    simulator.set_target_app(principal.id, accepts={}, available=True)
    assert validate("bad").status_code == 204
    validations = simulator.credential_validations(principal.id)
    assert [(item.credentials["SecretToken"], item.error) for item in validations] == [
        ("good", None),
        ("bad", BAD),
        ("good", "CredentialValidationUnavailable"),
        ("bad", None),
    ]
    assert {item.template_id for item in validations} == {"scim"}
    assert {bool(item.job_id) for item in validations} == {job_bound}
    assert check_requests(simulator.journal()) == 4 + job_bound


def test_saved_credentials_are_validated_instead_of_given_ones(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_target_app(principal.id, needs=["SecretToken"])
    path = f"{jobs_of(principal.id)}/{graph.create(principal.id)}/microsoft.graph.validateCredentials"
    document = {"useSavedCredentials": True, "credentials": [{"key": "SecretToken", "value": "given"}]}
    assert read_nested(graph.post(path, document)) == (400, BAD)
    put(graph, principal, SecretToken="saved")
    assert graph.post(path, document).status_code == 204
    validations = simulator.credential_validations()
    assert [(item.used_saved, item.credentials) for item in validations] == [
        (True, {}),
        (True, {"SecretToken": "saved"}),
    ]
    entries = simulator.journal(operation="validateCredentials")
    assert [(entry.status, entry.had_effect) for entry in entries] == [(400, False), (204, False)]


def test_a_malformed_validation_is_refused(graph: GraphCaller, principal: Principal) -> None:
    job = graph.create(principal.id)
    path = f"{jobs_of(principal.id)}/{job}/validateCredentials"
    assert read_error(graph.post(path, content=b""))[2] == "Empty Payload. JSON content expected."
    unknown = {"credentials": [{"key": "secretToken", "value": "x"}]}
    assert read_error(graph.post(path, unknown)) == (
        500,
        "InternalError",
        "Requested value 'secretToken' was not found.",
    )
    assert read_error(graph.post(path, {"saved": True}))[:2] == (400, "BadRequest")
    assert graph.post(f"{jobs_of(principal.id)}/nothing/validateCredentials", {}).status_code == 404
    without_template = graph.post(f"{jobs_of(principal.id)}/validateCredentials", {})
    assert read_error(without_template) == (400, "BadRequest", "The property 'templateId' is required.")


def test_a_job_fails_while_its_credentials_are_refused_and_recovers_afterwards(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    put(graph, principal, SecretToken="good")
    simulator.set_target_app(principal.id, accepts={"SecretToken": ["good"]})
    job = graph.create(principal.id)
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(timedelta(hours=1))
    assert graph.read_status(principal.id, job)["code"] == "Active"
    simulator.set_target_app(principal.id, accepts={"SecretToken": ["rotated"]})
    simulator.advance(timedelta(hours=1))
    quarantine = graph.read_status(principal.id, job)["quarantine"]
    assert (quarantine["reason"], quarantine["error"]["code"]) == ("EncounteredQuarantineException", BAD)
    put(graph, principal, SecretToken="rotated")
    simulator.advance(timedelta(hours=7))
    assert graph.read_status(principal.id, job)["code"] == "Active"


def test_only_beta_has_deprecation_headers_and_only_with_the_switch(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    path = f"{jobs_of(principal.id)}/{graph.create(principal.id)}/validateCredentials"
    assert "deprecation" not in put(graph, principal, SyncAll="true").headers
    simulator.switch(beta_deprecation_headers=True)
    answers = [put(graph, principal, SyncAll="true"), graph.get(secrets_of(principal.id)), graph.post(path, {})]
    validations = [(answer.headers.get("deprecation"), "sunset" in answer.headers) for answer in answers]
    assert validations == ([("@1770336000", True)] if graph.version == "beta" else [(None, False)]) * 3


@pytest.mark.parametrize("nested", [True, False])
def test_a_switch_lets_a_refusal_quote_the_secrets_of_the_request(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, nested: bool
) -> None:
    simulator.switch(quotes_secrets=True, nested_errors=nested)
    simulator.set_target_app(principal.id, accepts={"SecretToken": ["good"]})
    job = simulator.create_job(principal.id).id
    pairs = [{"key": "SecretToken", "value": " s3cr/t"}]
    answer = graph.post(f"{jobs_of(principal.id)}/{job}/validateCredentials", {"credentials": pairs})
    assert answer.status_code == 400
    for quoted in ("' s3cr/t'", "'s3cr/t'", "'%20s3cr%2Ft'", "'eyJ", "dXNlcjogczNjci90"):
        assert quoted in answer.text


def test_an_injected_refusal_quotes_the_secrets_too(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(quotes_secrets=True)
    simulator.fault("answer", operation="putSecrets", status=400, code="Bad", message="No.")
    _, code, message = read_error(put(graph, principal, SecretToken="s3cret"))
    assert code == "Bad"
    assert "'s3cret'" in message
    assert message.endswith(". No.")
