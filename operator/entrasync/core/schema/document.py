"""Reads a whole schema from the bytes of a ConfigMap, plain or packed by gzip."""

import json
import math
import zlib
from collections import Counter
from typing import Any

from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.quotes import shorten
from entrasync.core.remote.schema import DIRECTORIES, ENTRY_NAMES, RULES, Schema

MAX_RAW_BYTES = 5 * 1024 * 1024
"""The largest schema that is read. The largest known one has 880 kB (graph-facts 3.1)."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""Tells zlib that a header of gzip comes first."""

TEMPLATE_ID_END = "0" * 32
"""How the id of a template's schema ends (graph-facts 4.1)."""

MAX_QUOTE_LENGTH = 256

MAX_DEPTH = 150
"""How deep objects and lists may be nested. Each function in another one takes three, so that forty have room.

What walks down a schema calls itself, so it could not go down any further than Python's own limit lets it.
"""


class NoSchema(Exception):
    """The bytes are no schema of the job. The message is the predicate of a sentence about them."""


def read_document(content: bytes, job_id: str, *, former_job_id: str | None = None) -> Schema:
    """Read a schema that was exported from this job, from its template or from its predecessor, or that has no id.

    `former_job_id` is the id of a job that the service principal had before. It must be of the same template.

    Raises `NoSchema` for bytes that are no such schema, that are too many, or that unpack to too many.
    """
    document = _parse(_unpack(content))
    if not isinstance(document, dict):
        raise NoSchema("is JSON, but no object")
    for member in (RULES, DIRECTORIES):
        if not _is_list_of_objects(document.get(member)):
            raise NoSchema(f"is no synchronization schema: it has no list of objects {member}")
    _check_depth(document)
    _check_entries(document)
    _check_id(document.get("id"), job_id, former_job_id)
    return document


def _unpack(content: bytes) -> bytes:
    if not content.startswith(GZIP_MAGIC):
        raw = content
    else:
        unpacker = zlib.decompressobj(_GZIP_WINDOW)
        try:
            raw = unpacker.decompress(content, MAX_RAW_BYTES + 1)
        except zlib.error as error:
            raise NoSchema(f"cannot be unpacked by gzip ({error})") from error
        if len(raw) <= MAX_RAW_BYTES and not unpacker.eof:
            raise NoSchema("cannot be unpacked by gzip (its end is missing)")
    if len(raw) > MAX_RAW_BYTES:
        raise NoSchema(f"has more than {MAX_RAW_BYTES} bytes of JSON, which is the most that is read")
    return raw


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(
            raw, parse_constant=_refuse_constant, parse_float=_read_number, object_pairs_hook=_read_members
        )
    except (ValueError, RecursionError) as error:
        raise NoSchema(f"is neither JSON nor packed by gzip ({shorten(str(error), MAX_QUOTE_LENGTH)})") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _read_number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{shorten(text, MAX_QUOTE_LENGTH)} is too large a number")
    return number


def _read_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read an object. JSON lets a member come twice, of which all but the last would be lost without a word."""
    members = dict(pairs)
    if len(members) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise NoSchema(f'has an object with more than one member "{shorten(twice, MAX_QUOTE_LENGTH)}"')
    return members


def _check_depth(document: object) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        parts = (part for each in level for part in (each.values() if isinstance(each, dict) else each))
        level = [part for part in parts if isinstance(part, dict | list)]
        if not level:
            return
    raise NoSchema(f"is nested more than {MAX_DEPTH} deep, which is the most that is read")


def _check_entries(parent: dict[str, Any]) -> None:
    """Refuse parts that are not what the schema's resource type says (graph-facts 2), down to attribute mappings."""
    for part, name in ENTRY_NAMES.items():
        entries = parent.get(part)
        if entries is None:
            continue
        if not _is_list_of_objects(entries):
            raise NoSchema(f"is no synchronization schema: its {part} are no list of objects")
        for entry in entries:
            if not isinstance(entry.get(name), str | None):
                raise NoSchema(f'is no synchronization schema: one of its {part} has a member "{name}" that is no text')
            _check_entries(entry)


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _check_id(schema_id: object, job_id: str, former_job_id: str | None) -> None:
    """Refuse the schema of another job: it may be meant for that one."""
    if not isinstance(schema_id, str) or is_same_id(schema_id, job_id):
        return
    is_of_former = former_job_id is not None and is_same_id(schema_id, former_job_id)
    if is_of_former and _find_origin(schema_id) == _find_origin(job_id):
        return
    template_id, _, end = schema_id.lower().rpartition(".")
    if end == TEMPLATE_ID_END and job_id.lower().startswith(f"{template_id}."):
        return
    raise NoSchema(
        f'is the schema of "{shorten(schema_id, MAX_QUOTE_LENGTH)}", and this job is "{job_id}". If it is meant for '
        'this job too, take its member "id" out'
    )


def _find_origin(job_id: str) -> str:
    """Return the template and the tenant of a job, which its id begins with (graph-facts 4.1)."""
    return job_id.lower().rpartition(".")[0]
