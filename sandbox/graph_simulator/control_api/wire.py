"""Reads dataclasses from the JSON of control requests, and writes answers as JSON."""

import base64
import dataclasses
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response

from graph_simulator.state import SimulatorState

DataclassT = TypeVar("DataclassT")


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read_dataclass(kind: type[DataclassT], document: Mapping[str, Any]) -> DataclassT:
    """Create a dataclass from JSON. Times and durations are ISO 8601 or seconds, and `..._base64` holds bytes.

    Raises:
        ValueError: A name is unknown, or a value has the wrong type.
    """
    values = {
        name.removesuffix("_base64"): base64.b64decode(value) if name.endswith("_base64") and value else value
        for name, value in document.items()
    }
    known = {field.name for field in dataclasses.fields(kind) if field.init}  # type: ignore[arg-type]  # any dataclass
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    adapter: TypeAdapter[DataclassT] = _adapter(kind)  # type: ignore[arg-type]  # any dataclass
    return adapter.validate_python(values)


def change_dataclass(instance: DataclassT, document: Mapping[str, Any]) -> DataclassT:
    """Copy a dataclass with some values changed, checked as in `read_dataclass`."""
    before = {field.name: getattr(instance, field.name) for field in dataclasses.fields(instance)}  # type: ignore[arg-type]  # any dataclass
    return read_dataclass(type(instance), before | dict(document))


async def read_document(request: Request) -> dict[str, Any]:
    """Read the JSON object of a request; an empty body is an empty object.

    Raises:
        ValueError: It is not a JSON object.
    """
    body = await request.body()
    document = json.loads(body) if body else {}
    if not isinstance(document, dict):
        raise ValueError("a JSON object is expected")  # noqa: TRY004 - it becomes a 400 like every other bad input
    return document


def reply(document: object, status: int = 200) -> Response:
    """Answer with JSON, which dataclasses, times and bytes (as base64) are converted to."""
    body = json.dumps(to_jsonable_python(document, bytes_mode="base64", fallback=str)).encode("ascii")
    return Response(body, status, media_type="application/json")


def get_simulator(request: Request) -> SimulatorState:
    """Return the simulator that a control request is about."""
    simulator: SimulatorState = request.app.state.simulator
    return simulator
