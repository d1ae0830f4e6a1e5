"""What is read of a token without verifying it."""

import base64
import json
from typing import Any

import pytest

from entrasync.graph.auth.token_claims import AccessToken, parse_access_token


def make_jwt(payload: Any) -> str:
    return encode(json.dumps(payload).encode())


def encode(payload: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.sig"


class TestRolesOfParseAccessToken:
    def test_returns_the_roles_sorted(self) -> None:
        assert parse_access_token(make_jwt({"roles": ["b", "a"]})).roles == ("a", "b")

    @pytest.mark.parametrize("length", range(8))
    def test_reads_a_payload_of_any_padding(self, length: int) -> None:
        assert parse_access_token(make_jwt({"roles": ["x" * length]})).roles == ("x" * length,)

    @pytest.mark.parametrize(
        "token",
        [
            *("", "opaque", "a.b", "a.b.c", "a.!.c", "..", "é.é.é", "\ud800.\ud800.\ud800"),
            *map(make_jwt, ([], {}, {"roles": "x"}, {"roles": None})),
            pytest.param(encode(b'{"a":' * 100_000), id="deeply nested"),
        ],
    )
    def test_returns_none_for_a_token_that_is_no_jwt_or_has_no_list_of_roles(self, token: str) -> None:
        assert parse_access_token(token).roles == ()

    def test_leaves_out_roles_that_are_not_text(self) -> None:
        assert parse_access_token(make_jwt({"roles": [1, "a", None]})).roles == ("a",)


class TestParseAccessToken:
    def test_reads_app_tenant_and_roles(self) -> None:
        value = make_jwt({"appid": "app", "tid": "tenant", "roles": ["a"]})
        assert parse_access_token(value, app_id="other") == AccessToken(value, "app", ("a",), tenant_id="tenant")

    def test_reads_the_app_of_a_v2_token(self) -> None:
        assert parse_access_token(make_jwt({"azp": "app"})).app_id == "app"

    @pytest.mark.parametrize("value", ["opaque", make_jwt({}), make_jwt({"appid": 1, "tid": None})])
    def test_falls_back_to_the_app_that_asked_when_the_token_names_none(self, value: str) -> None:
        assert parse_access_token(value, app_id="app") == AccessToken(value, "app")


def test_the_representation_of_an_access_token_does_not_show_it() -> None:
    assert "canary" not in repr(AccessToken("canary"))
