"""Reads request bodies, and refuses malformed ones as Graph does."""

import json
from collections.abc import Collection
from typing import Any

from graph_simulator.web.calls import Call
from graph_simulator.world.secrets import SECRET_KEYS, Pairs, mask_secret

_UNREADABLE = "Unable to read JSON request payload."


def read_object(call: Call) -> dict[str, Any]:
    """Read the JSON object of a request.

    Raises:
        GraphRefusalError: The body is empty (graph-facts 6.2 has the message) or not a JSON object.
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


def check_members(call: Call, document: dict[str, Any], kind: str, known: Collection[str]) -> None:
    """Check that a body has only members of its type. Annotations, whose names have an `@`, are not looked at.

    Raises:
        GraphRefusalError: It has another one (graph-facts 6.2).
    """
    for name in _find_unknown(document, known):
        text = (
            f"The property '{name}' does not exist on type 'microsoft.graph.{kind}'. Make sure to only use "
            "property names that are defined by the type or mark the type as open type."
        )
        raise call.refuse(400, "BadRequest", text)


def check_parameters(call: Call, document: dict[str, Any], action: str, known: Collection[str]) -> None:
    """Check that a body has only parameters of the action.

    Raises:
        GraphRefusalError: It has another one (graph-facts 6.2).
    """
    for name in _find_unknown(document, known):
        text = f"The parameter '{name}' in the request payload is not a valid parameter for the operation '{action}'."
        raise call.refuse(400, "BadRequest", text)


def _find_unknown(document: dict[str, Any], known: Collection[str]) -> list[str]:
    """Find the names that are neither known nor those of annotations."""
    return [name for name in document if name not in known and "@" not in name]


def read_member(call: Call, document: dict[str, Any], name: str, kind: type) -> Any:
    """Read a member of a JSON object; None if it is missing or null.

    Raises:
        GraphRefusalError: It has another type.
    """
    value = document.get(name)
    if value is not None and not isinstance(value, kind):
        raise call.refuse(400, "BadRequest", _UNREADABLE)
    return value


def read_secrets(call: Call, items: list[Any]) -> Pairs:
    """Read synchronizationSecretKeyStringValuePairs; a null value counts as an empty one.

    Raises:
        GraphRefusalError: One is not such a pair, or its key is not in Graph's enum, also by its case only. Callers of
            the SDKs reported the answer (graph-facts 5.3).
    """
    pairs = []
    for item in items:
        key, value = (item.get("key"), item.get("value")) if isinstance(item, dict) else (None, None)
        if not isinstance(key, str) or not isinstance(value, str | None):
            raise call.refuse(400, "BadRequest", _UNREADABLE)
        if key not in SECRET_KEYS:
            raise call.refuse(500, "InternalError", f"Requested value '{key}' was not found.")
        pairs.append((key, value or ""))
    return tuple(pairs)


def read_settings(call: Call, items: list[Any]) -> tuple[tuple[str, str | None], ...]:
    """Read keyValuePairs.

    Raises:
        GraphRefusalError: One has no name, or its value is neither a string nor null.
    """
    pairs = []
    for item in items:
        name, value = (item.get("name"), item.get("value")) if isinstance(item, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(value, str | None):
            raise call.refuse(400, "BadRequest", _UNREADABLE)
        pairs.append((name, value))
    return tuple(pairs)


def mask_body(body: bytes) -> bytes:
    """Mask a body that holds secrets for the journal, which shows only what Graph itself would show."""
    try:
        document = json.loads(body)
    except ValueError:
        return b"" if not body else b"(not JSON)"
    return json.dumps(_mask(document)).encode("ascii")


def _mask(value: Any) -> Any:
    if isinstance(value, list):
        return [_mask(item) for item in value]
    if not isinstance(value, dict):
        return value
    masked = {name: _mask(item) for name, item in value.items()}
    if isinstance(value.get("value"), str):
        key = value.get("key")
        # The value of a key that Graph does not know may be a secret under a misspelt key.
        masked["value"] = mask_secret(
            key if isinstance(key, str) and key in SECRET_KEYS else "Password", value["value"]
        )
    return masked
