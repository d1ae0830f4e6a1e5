"""Reads Graph's JSON: strict about what the operator relies on, tolerant of the rest."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.core.remote.templates import RemoteTemplate

MAX_INT_DIGITS = 4300
"""Python refuses to parse longer integers, and one absurd number must not make a whole list unreadable."""


class UnreadableError(ValueError):
    """A body is not JSON or has an unexpected shape. The message quotes nothing of the body."""


@dataclass(frozen=True)
class Page:
    """One page of a collection: its entries, unchecked, and the URL of the next page."""

    entries: tuple[Any, ...]
    next_link: str | None


def read_object(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object. Infinities and NaN become null, because no JSON could be written with them.

    Raises `UnreadableError`.
    """
    return _read_object(body, _DECODER)


def read_large_object(body: bytes) -> Mapping[str, Any]:
    """Read a JSON object as `read_object` does, and let other threads run after each object in it.

    Raises `UnreadableError`.
    """
    return _read_object(body, _YIELDING_DECODER)


def _read_object(body: bytes, decoder: json.JSONDecoder) -> Mapping[str, Any]:
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        value = decoder.decode(text)
    except (ValueError, RecursionError):
        raise UnreadableError("it is not JSON") from None  # the cause has the whole body
    if not isinstance(value, dict):
        raise UnreadableError("it is not a JSON object")
    return value


def read_page(body: bytes) -> Page:
    """Read one page of an OData collection. Raises `UnreadableError`."""
    document = read_object(body)
    entries = document.get("value")
    if not isinstance(entries, list):
        raise UnreadableError("it has no list of values")
    link = document.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise UnreadableError("its next page has no readable address")
    return Page(tuple(entries), link or None)


def read_job(value: object) -> RemoteJob | None:
    """Read a job; returns None when the entry is no object or has no id. Everything else is kept as it came."""
    if not isinstance(value, dict):
        return None
    job_id = value.get("id")
    return RemoteJob(job_id, value) if isinstance(job_id, str) and job_id else None


def read_jobs(entries: Iterable[object]) -> tuple[tuple[RemoteJob, ...], bool]:
    """Read jobs, each id once; returns also whether every entry could be read."""
    jobs = [read_job(entry) for entry in entries]
    readable = {job.id: job for job in jobs if job is not None}
    return tuple(readable.values()), None not in jobs


def read_templates(entries: Iterable[object]) -> tuple[RemoteTemplate, ...]:
    """Read templates; entries without a readable id are left out."""
    found = []
    for entry in entries:
        template_id = entry.get("id") if isinstance(entry, dict) else None
        if isinstance(entry, dict) and isinstance(template_id, str) and template_id:
            tag = entry.get("factoryTag")
            found.append(RemoteTemplate(template_id, tag if isinstance(tag, str) and tag else None))
    return tuple(found)


def read_secrets(entries: Iterable[object]) -> tuple[StoredSecret, ...]:
    """Read stored secrets; a null value is read as an empty one.

    Raises `UnreadableError` for an entry that cannot be read, because a key that is missing here counts as lost.
    """
    found = []
    for entry in entries:
        key, value = (entry.get("key"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        if not isinstance(key, str) or not key or not isinstance(value, str | None):
            raise UnreadableError("an entry is no pair of key and value")
        found.append(StoredSecret(key, value or ""))
    return tuple(found)


def _read_float(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _read_int(text: str) -> int | None:
    return int(text) if len(text) <= MAX_INT_DIGITS else None


def _read_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members. Each call is a place at which Python lets another thread run."""
    return dict(pairs)


_DECODER = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_read_float, parse_int=_read_int)
_YIELDING_DECODER = json.JSONDecoder(
    parse_constant=lambda _: None, parse_float=_read_float, parse_int=_read_int, object_pairs_hook=_read_members
)
