"""Quotes secrets of the request in refusals, as target applications and proxies may do.

Nothing promises that Graph hides them. The switch `quotes_secrets` turns this on, for tests that search for leaks.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

SECRET_FIELDS = ("client_secret", "client_assertion")


def quote_request(message: str, headers: Mapping[str, str], body: bytes) -> str:
    """Prefix a message with the secrets of the request: as they came, stripped, URL-encoded and in Base64."""
    values = [headers.get("authorization", "").partition(" ")[2], *_list_values(body)]
    forms = dict.fromkeys(form for value in values if value for form in _write_forms(value))
    return "Got '" + "', '".join(forms) + f"'. {message}" if forms else message


def quote_token_request(document: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Quote the secrets of a token request in Entra's answer, if that is an error."""
    description = str(document.get("error_description", ""))
    return document | {"error_description": quote_request(description, {}, body)} if "error" in document else document


def _list_values(body: bytes) -> Iterator[str]:
    text = body.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except ValueError:
        form = dict(parse_qsl(text))
        yield from (form[name] for name in SECRET_FIELDS if name in form)
        return
    for name in ("value", "credentials"):
        pairs = document.get(name) if isinstance(document, dict) else None
        for pair in pairs if isinstance(pairs, list) else ():
            yield str(pair.get("value") or "")


def _write_forms(value: str) -> tuple[str, ...]:
    return value, value.strip(), quote(value, safe=""), base64.b64encode(f"user:{value}".encode()).decode()
