"""Checks the token service's answers to token requests."""

import pytest

from graph_simulator.identity.applications import DEFAULT_CLIENT
from graph_simulator.identity.tokens import GRAPH
from graph_simulator.state import make_identity
from graph_simulator.world.directory import DEFAULT_TENANT

GOOD = {
    "client_id": DEFAULT_CLIENT,
    "client_secret": "toy~secret-of-the-simulator",
    "grant_type": "client_credentials",
    "scope": f"{GRAPH}/.default",
}


@pytest.mark.parametrize(
    ("tenant", "change", "status", "error", "number"),
    [
        (DEFAULT_TENANT, {"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        (DEFAULT_TENANT, {"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        ("nowhere", {}, 400, "invalid_request", 90002),
        (DEFAULT_TENANT, {"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        (DEFAULT_TENANT, {"scope": "https://elsewhere.test/.default"}, 400, "invalid_resource", 500011),
        (DEFAULT_TENANT, {"scope": GRAPH}, 400, "invalid_scope", 1002012),
    ],
)
def test_a_wrong_token_request_is_refused_with_entras_error(
    tenant: str, change: dict[str, str], status: int, error: str, number: int
) -> None:
    answered, document = make_identity().answer_token(tenant, GOOD | change, origin=GRAPH)
    assert (answered, document["error"], document["error_codes"]) == (status, error, [number])
    assert document["error_description"].startswith(f"AADSTS{number}: ")
    assert document["error_uri"].endswith(str(number))


def test_a_token_request_without_a_credential_is_refused() -> None:
    form = {name: value for name, value in GOOD.items() if name != "client_secret"}
    assert make_identity().answer_token(DEFAULT_TENANT, form, origin=GRAPH)[1]["error_codes"] == [7000216]
