"""The forms in which a recipient may repeat a secret, and a search for any part of them."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

PIECE = 8
"""How many characters of a secret show too much of it."""


def forms_of(value: str) -> dict[str, str]:
    """Return a value in each form, by the form's name."""
    basic = base64.b64encode(f"user:{value}".encode()).decode()
    escaped = quote(value, safe="")
    return {
        "as it is": value,
        "stripped": value.strip(),
        "on one line": " ".join(value.split()),
        "without white space": "".join(value.split()),
        "in JSON": json.dumps(value)[1:-1],
        "in JSON, not only ASCII": json.dumps(value, ensure_ascii=False)[1:-1],
        "in JSON in JSON": json.dumps(json.dumps(value)[1:-1])[1:-1],
        "in a URL": escaped,
        "in a URL, small": re.sub("%..", lambda found: found[0].lower(), escaped),
        "in a form": quote_plus(value),
        "in HTML": html.escape(value),
        "in Base64": base64.b64encode(value.encode()).decode(),
        "in Base64 without padding": base64.b64encode(value.strip().encode()).decode().rstrip("="),
        "in Base64 for URLs": base64.urlsafe_b64encode(value.encode()).decode(),
        "in Base64 within a URL": quote(base64.b64encode(value.encode()).decode(), safe=""),
        "as a password": basic[8:],
        "its beginning": value.strip()[: max(PIECE + 1, len(value) // 3)],
        "its end": value.strip()[-max(PIECE + 1, len(value) // 3) :],
    }


def find_pieces(text: str, *values: str) -> list[str]:
    """Search for any eight characters in a row of any form of these values."""
    pieces = {
        form[begin : begin + PIECE]
        for value in values
        for form in forms_of(value).values()
        for begin in range(len(form) - PIECE + 1)
    }
    return sorted({text[begin : begin + PIECE] for begin in range(len(text) - PIECE + 1)} & pieces)
