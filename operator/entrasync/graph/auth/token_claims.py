"""What a token says of itself. Read for messages, its roles and its tenant, never to trust it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AccessToken:
    """An access token for Graph and what it says: the app it was given to, its application permissions (sorted).

    `tenant_id` is empty when the token does not say.
    """

    value: str = field(repr=False)
    app_id: str = ""
    roles: tuple[str, ...] = ()
    tenant_id: str = ""


def read_claims(token: str) -> Mapping[str, Any]:
    """Read a JWT's payload without verifying anything; empty when it is none (tokens are opaque by contract)."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def read_roles(token: str) -> tuple[str, ...]:
    """Read the application permissions that a token carries, sorted; empty when it carries none or cannot be read."""
    roles = read_claims(token).get("roles")
    return tuple(sorted(role for role in roles if isinstance(role, str))) if isinstance(roles, list) else ()


def parse_access_token(value: str, *, app_id: str = "") -> AccessToken:
    """Read what a token says of itself; `app_id` stands where it does not say (`appid` in v1 tokens, `azp` in v2)."""
    claims = read_claims(value)
    app = _text(claims, "appid") or _text(claims, "azp") or app_id
    return AccessToken(value, app, read_roles(value), tenant_id=_text(claims, "tid"))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
