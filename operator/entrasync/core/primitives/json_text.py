"""Writes large JSON in pieces.

The encoder of the standard library is one call that lets no other thread run before its end. A thread that writes
pieces lets the event loop go on meanwhile.
"""

import json

PIECE_DEPTH = 6
"""How deep a value is taken apart: an attribute of a schema's directory is a piece (graph-facts 2)."""


def write_large_json(value: object, *, ensure_ascii: bool = True, depth: int = PIECE_DEPTH) -> str:
    """Write a value as `json.dumps` does without spaces. Names of members must be texts."""
    if depth and isinstance(value, dict):
        members = [
            f"{json.dumps(name, ensure_ascii=ensure_ascii)}:"
            f"{write_large_json(member, ensure_ascii=ensure_ascii, depth=depth - 1)}"
            for name, member in value.items()
        ]
        return f"{{{','.join(members)}}}"
    if depth and isinstance(value, list):
        return f"[{','.join(write_large_json(each, ensure_ascii=ensure_ascii, depth=depth - 1) for each in value)}]"
    return json.dumps(value, ensure_ascii=ensure_ascii, separators=(",", ":"))
