"""What callers send: JSON objects and their members, each refused as Graph does if it is none."""

import json
from typing import Any

from graph_simulator.web.calls import Call
from graph_simulator.world.secrets import SECRET_KEYS, Pairs, mask_secret

_UNREADABLE = "Unable to read JSON request payload."


def read_object(call: Call) -> dict[str, Any]:
    """Read the JSON object of a request.

    Raises:
        GraphRefusalError: There is none (graph-facts 6.2 has the words for an empty one).
    """
    if not call.body:
        raise call.refuse(400, "BadRequest", "Empty Payload. JSON content expected.")
    try:
        document = json.loads(call.body)
    except ValueError as error:
        raise call.refuse(400, "BadRequest", _UNREADABLE) from error
    if not isinstance(document, dict):
        raise call.refuse(400, "BadRequest", _UNREADABLE)
    return document


def read_member(call: Call, document: dict[str, Any], name: str, kind: type) -> Any:
    """Read a member of a JSON object; None if it is missing or null.

    Raises:
        GraphRefusalError: It is of another type.
    """
    value = document.get(name)
    if value is not None and not isinstance(value, kind):
        raise call.refuse(400, "BadRequest", _UNREADABLE)
    return value


def read_secrets(call: Call, items: list[Any]) -> Pairs:
    """Read synchronizationSecretKeyStringValuePairs; a null value stands for an empty one.

    Raises:
        GraphRefusalError: One is no such pair, or its key is not of Graph's enum. Callers of the SDKs met the words
            "Requested value ... was not found" (graph-facts 5.3); the code around them is our guess.
    """
    pairs = []
    for item in items:
        key, value = (item.get("key"), item.get("value")) if isinstance(item, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, str | None):
            raise call.refuse(400, "BadRequest", _UNREADABLE)
        if key not in SECRET_KEYS:
            raise call.refuse(400, "BadRequest", f"Requested value '{key}' was not found.")
        pairs.append((key, value or ""))
    return tuple(pairs)


def read_settings(call: Call, items: list[Any]) -> tuple[tuple[str, str | None], ...]:
    """Read keyValuePairs.

    Raises:
        GraphRefusalError: One is none: it needs a name, and its value is text or null.
    """
    pairs = []
    for item in items:
        name, value = (item.get("name"), item.get("value")) if isinstance(item, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(value, str | None):
            raise call.refuse(400, "BadRequest", _UNREADABLE)
        pairs.append((name, value))
    return tuple(pairs)


def mask_body(body: bytes) -> bytes:
    """Write a body that holds secrets as the journal may show it: keys, and what Graph itself would show."""
    try:
        document = json.loads(body)
    except ValueError:
        return b"" if not body else b"(no JSON)"
    return json.dumps(_mask(document)).encode("ascii")


def _mask(value: Any) -> Any:
    if isinstance(value, list):
        return [_mask(item) for item in value]
    if not isinstance(value, dict):
        return value
    masked = {name: _mask(item) for name, item in value.items()}
    if isinstance(value.get("value"), str):
        key = value.get("key")
        # What stands under a key that Graph does not know may well be a secret under a misspelt one.
        masked["value"] = mask_secret(
            key if isinstance(key, str) and key in SECRET_KEYS else "Password", value["value"]
        )
    return masked
