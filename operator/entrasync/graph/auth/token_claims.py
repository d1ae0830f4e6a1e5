"""Reads the claims of tokens, for messages, roles and the tenant. They are not verified, so nothing may trust them."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
    """Read a JWT's claims without verifying anything; none when it cannot be read (tokens are opaque).

    PyJWT would load `cryptography`, which takes 9 MiB.
    """
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(urlsafe_b64decode(f"{payload}=="))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


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
