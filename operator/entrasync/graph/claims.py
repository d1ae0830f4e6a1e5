"""What a token says of itself. Read for messages and for its roles, never to trust it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Token:
    """An access token for Graph. `app_id` is the app it was given to, `roles` are the application permissions in it."""

    value: str = field(repr=False)
    app_id: str = ""
    roles: tuple[str, ...] = ()


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
