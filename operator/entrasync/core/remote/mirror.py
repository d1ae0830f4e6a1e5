"""Makes Graph's JSON of a job storable in the API server. One odd value never costs another property."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from entrasync.api.job.mirror_shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape
from entrasync.core.primitives.times import is_never
from entrasync.core.primitives.utf8 import repair
from entrasync.core.remote.jobs import RemoteJob

MAX_STRING_BYTES = 4 * 1024
MAX_KEY_BYTES = 256
MAX_MIRROR_BYTES = 256 * 1024
MAX_DEPTH = 16
"""Status and spec share etcd's 1.5 MiB, and nothing of Graph's is nested deeper than five levels."""

INT64 = range(-(2**63), 2**63)
_LEFT_OUT = object()


@dataclass
class _Cleaning:
    """One run over one mirror. It collects what had to be left out or cut."""

    complaints: list[str] = field(default_factory=list)

    def clean(self, value: object, shape: Shape | None, path: str, depth: int = 0) -> object:
        if value is None:
            return _LEFT_OUT
        if depth > MAX_DEPTH:
            return self._drop(path, f"is nested more than {MAX_DEPTH} levels deep")
        match value:
            case str():
                return self._text(value, shape, path)
            case bool() | int() | float():
                return self._number(value, shape, path)
            case list():
                return self._items(value, shape, path, depth)
            case dict():
                return self._members(value, shape, path, depth)
            case _:
                return self._drop(path, f"is a {type(value).__name__}")

    def _text(self, value: str, shape: Shape | None, path: str) -> object:
        if not _fits(shape, "string"):
            return self._drop(path, f"is a string, expected {_kind(shape)}")
        if is_never(value):
            return _LEFT_OUT
        text = repair(value)
        data = text.encode()
        if len(data) <= MAX_STRING_BYTES:
            return text
        self.complaints.append(f"{path} was cut at {MAX_STRING_BYTES} bytes")
        return data[:MAX_STRING_BYTES].decode("utf-8", "ignore")

    def _number(self, value: float, shape: Shape | None, path: str) -> object:
        kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "number"
        if not _fits(shape, kind):
            return self._drop(path, f"is a {kind}, expected {_kind(shape)}")
        if kind == "integer" and value not in INT64:
            return self._drop(path, "is beyond 64 bits")
        if kind == "number" and not math.isfinite(value):
            return self._drop(path, "is no finite number")
        return value

    def _items(self, values: list[Any], shape: Shape | None, path: str, depth: int) -> object:
        if shape is not None and not isinstance(shape, Items):
            return self._drop(path, f"is a list, expected {_kind(shape)}")
        of = shape.of if isinstance(shape, Items) else None
        cleaned = (self.clean(item, of, f"{path}[{i}]", depth + 1) for i, item in enumerate(values))
        return [item for item in cleaned if item is not _LEFT_OUT]

    def _members(self, values: dict[Any, Any], shape: Shape | None, path: str, depth: int) -> object:
        if shape is not None and not isinstance(shape, Members):
            return self._drop(path, f"is an object, expected {_kind(shape)}")
        known = shape.members if isinstance(shape, Members) else {}
        cleaned: dict[str, object] = {}
        for name, value in values.items():
            key = repair(str(name))
            if "@odata." in key or len(key.encode()) > MAX_KEY_BYTES:
                continue
            kept = self.clean(value, known.get(key), f"{path}.{key}", depth + 1)
            if kept is not _LEFT_OUT:
                cleaned[key] = kept
        return cleaned

    def _drop(self, path: str, why: str) -> object:
        self.complaints.append(f"{path} {why}")
        return _LEFT_OUT


@dataclass(frozen=True)
class Mirror:
    """`status.job` and `status.synchronizationStatus`, and complaints about Graph's answer."""

    job: dict[str, Any]
    synchronization_status: dict[str, Any]
    complaints: tuple[str, ...] = ()


def mirror_job(job: RemoteJob) -> Mirror:
    """Make Graph's job storable.

    Nulls, `@odata.*`, "never" dates and values of a wrong type are left out. The rest is kept.
    """
    cleaning = _Cleaning()
    named = {name: job.raw.get(name) for name in JOB_SHAPE.members}
    job_part = cleaning.clean(named, JOB_SHAPE, "job")
    status = cleaning.clean(job.raw.get("status"), STATUS_SHAPE, "synchronizationStatus")
    status = status if isinstance(status, dict) else {}
    job_part = job_part if isinstance(job_part, dict) else {}
    _drop_placeholder_run(status)
    _cut_to_size(job_part, "job", cleaning.complaints)
    _cut_to_size(status, "synchronizationStatus", cleaning.complaints)
    return Mirror(job_part, status, tuple(cleaning.complaints))


def _drop_placeholder_run(status: dict[str, Any]) -> None:
    """Drop the placeholder that Graph shows before the first run (graph-facts 0.1).

    It is `Failed`, has no times, and its error code is `None`.
    """
    run = status.get("lastExecution")
    if not isinstance(run, dict) or run.get("state") != "Failed" or "timeBegan" in run or "timeEnded" in run:
        return
    error = run.get("error")
    if isinstance(error, dict) and error.get("code") == "None":
        del status["lastExecution"]


def _cut_to_size(mirror: dict[str, Any], path: str, complaints: list[str]) -> None:
    """Leave out the largest properties until the rest fits.

    Strings are cut before, so `id` and `code` are small enough.
    """
    surplus = len(json.dumps(mirror)) - MAX_MIRROR_BYTES
    if surplus <= 0:
        return
    sizes = {name: len(json.dumps({name: value})) for name, value in mirror.items()}
    for name in sorted(sizes, key=lambda name: sizes[name], reverse=True):
        if surplus <= 0:
            return
        surplus -= sizes[name]
        complaints.append(f"{path}.{name} was left out: {sizes[name]} bytes")
        del mirror[name]


def _fits(shape: Shape | None, kind: str) -> bool:
    return shape is None or (isinstance(shape, Scalar) and shape.kind == kind)


def _kind(shape: Shape | None) -> str:
    match shape:
        case Scalar():
            return shape.kind
        case Items():
            return "a list"
        case _:
            return "an object"
