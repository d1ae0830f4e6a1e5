"""Roles in tokens."""

import base64
import json
from typing import Any

import pytest

from entrasync.graph.auth.token_claims import AccessToken, parse_access_token, read_roles


def jwt(payload: Any) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.sig"


def test_roles_are_read_sorted() -> None:
    assert read_roles(jwt({"roles": ["b", "a"]})) == ("a", "b")


@pytest.mark.parametrize("length", range(8))
def test_any_padding_is_read(length: int) -> None:
    assert read_roles(jwt({"roles": ["x" * length]})) == ("x" * length,)


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.b.c", "a.!.c", "..", "é.é.é", jwt([]), jwt({}), jwt({"roles": "x"}), jwt({"roles": None})],
)
def test_a_token_that_is_no_jwt_has_no_roles(token: str) -> None:
    assert read_roles(token) == ()


def test_what_is_no_text_is_no_role() -> None:
    assert read_roles(jwt({"roles": [1, "a", None]})) == ("a",)


def test_a_token_does_not_show_itself() -> None:
    assert "canary" not in repr(AccessToken("canary"))


def test_a_token_says_whose_it_is() -> None:
    value = jwt({"appid": "app", "tid": "tenant", "roles": ["a"]})
    assert parse_access_token(value, app_id="other") == AccessToken(value, "app", ("a",), tenant_id="tenant")


def test_a_v2_token_says_it_in_its_own_words() -> None:
    assert parse_access_token(jwt({"azp": "app"})).app_id == "app"


@pytest.mark.parametrize("value", ["opaque", jwt({}), jwt({"appid": 1, "tid": None})])
def test_a_token_that_does_not_say_has_the_app_it_was_asked_for(value: str) -> None:
    assert parse_access_token(value, app_id="app") == AccessToken(value, "app")
