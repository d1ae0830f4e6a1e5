"""Reads the claims of tokens, for messages, roles and the tenant. They are not verified, so nothing may trust them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt


@dataclass(frozen=True)
class AccessToken:
    """An access token for Graph: the app that it was issued to, its application permissions (sorted) and its tenant.

    `tenant_id` is empty when the token does not name it.
    """

    value: str = field(repr=False)
    app_id: str = ""
    roles: tuple[str, ...] = ()
    tenant_id: str = ""


def read_claims(token: str) -> Mapping[str, Any]:
    """Read a JWT's claims without verifying anything; none when PyJWT cannot read it (tokens are opaque)."""
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        return {}


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    roles = claims.get("roles")
    return tuple(sorted(role for role in roles if isinstance(role, str))) if isinstance(roles, list) else ()


def parse_access_token(value: str, *, app_id: str = "") -> AccessToken:
    """Parse an access token. `app_id` is used when the token names no app (`appid` in v1 tokens, `azp` in v2)."""
    claims = read_claims(value)
    app = _text(claims, "appid") or _text(claims, "azp") or app_id
    return AccessToken(value, app, _roles(claims), tenant_id=_text(claims, "tid"))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
