"""Reads a whole schema from the bytes of a ConfigMap, plain or packed by gzip."""

import json
import zlib
from typing import Any

from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.quotes import shorten
from entrasync.core.remote.schema import DIRECTORIES, RULES, Schema

MAX_RAW_BYTES = 5 * 1024 * 1024
"""The largest schema that is read. The largest known one has 880 kB (graph-facts 3.1)."""

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""Tells zlib that a header of gzip comes first."""

TEMPLATE_ID_END = "0" * 32
"""How the id of a template's schema ends (graph-facts 4.1)."""

MAX_QUOTE_LENGTH = 256


class NoSchema(Exception):
    """The bytes are no schema of the job. The message is the predicate of a sentence about them."""


def read_document(content: bytes, job_id: str) -> Schema:
    """Read a schema that was exported from this job or from its template, or that has no id.

    Raises `NoSchema` for bytes that are no such schema, that are too many, or that unpack to too many.
    """
    document = _parse(_unpack(content))
    if not isinstance(document, dict):
        raise NoSchema("is JSON, but no object")
    for member in (RULES, DIRECTORIES):
        if not isinstance(document.get(member), list) or not all(isinstance(each, dict) for each in document[member]):
            raise NoSchema(f"is no synchronization schema: it has no list of objects {member}")
    _check_id(document.get("id"), job_id)
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
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NoSchema(f"is neither JSON nor packed by gzip ({shorten(str(error), MAX_QUOTE_LENGTH)})") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_id(schema_id: object, job_id: str) -> None:
    """Refuse the schema of another job: it may be meant for that one."""
    if not isinstance(schema_id, str) or is_same_id(schema_id, job_id):
        return
    template_id, _, end = schema_id.lower().rpartition(".")
    if end == TEMPLATE_ID_END and job_id.lower().startswith(f"{template_id}."):
        return
    raise NoSchema(
        f'is the schema of "{shorten(schema_id, MAX_QUOTE_LENGTH)}", and this job is "{job_id}". If it is meant for '
        'this job too, take its member "id" out'
    )
