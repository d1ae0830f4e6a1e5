"""Checks answers and requests against Microsoft's description of the API, which tests/data/graph_facts.json holds."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

FACTS = json.loads((Path(__file__).parents[1] / "data" / "graph_facts.json").read_text(encoding="utf-8"))
VERSIONS = ("v1.0", "beta")
READ_ONLY = frozenset({"synchronizationJob.id", "synchronizationJob.status"})
"""The properties that only Graph writes."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z")
_SELECT = re.compile(r"[?&](\$|%24)select=")
_DURATION = re.compile(r"-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


@dataclass(frozen=True)
class Described:
    """The description of one operation."""

    name: str
    request: str | None
    response: str | None
    status: tuple[int, ...]


OPEN_TYPES = frozenset({"stringKeyObjectValuePair", "publicInnerError"})
"""Types of Graph that may have members of any name (graph-facts 2)."""


def check_answer(
    version: str,
    method: str,
    path: str,
    status: int,
    body: bytes | str | Any,
    *,
    exempt: Collection[str] = (),
) -> None:
    """Check an answer against the description.

    Args:
        version: The version of the API, v1.0 or beta.
        method: The method of the request.
        path: The path after the version, which may have a query.
        status: The HTTP status.
        body: The body, raw or parsed.
        exempt: Properties as `type.name` (`synchronizationStatus.code`), or whole types, that a test has overridden.

    Raises:
        AssertionError: They differ; the message names operation, property and expectation.
    """
    if status >= 400:
        where = f"{method} {path} {status}"
        _check(version, "ODataErrors.ODataError", _read(body, where), where, exempt=exempt)
        return
    operation = find_operation(version, method, path)
    assert status in operation.status, f"{operation.name}: status {status}, described is {operation.status}"
    if status in {202, 204} or operation.response is None:
        assert not body, f"{operation.name}: status {status} has a body"
        return
    if operation.response == "Count":
        text = body.decode("ascii") if isinstance(body, bytes) else str(body)
        assert text.isdecimal(), f"{operation.name}: {text!r} is no number"
        return
    _check_content(version, operation, _read(body, operation.name), exempt, partial=_SELECT.search(path) is not None)


def _check_content(
    version: str, operation: Described, document: Any, exempt: Collection[str], *, partial: bool
) -> None:
    kind, where = operation.response or "", f"{operation.name} answer"
    assert isinstance(document, dict), f"{where}: not an object"
    assert "@odata.context" in document or "any" in exempt, f"{where}: no @odata.context"
    if not kind.startswith("["):
        _check(version, kind, document, where, exempt=exempt, partial=partial)
        return
    unknown = {name for name in document if name != "value" and not name.startswith("@odata.")}
    assert not unknown, f"{where}: unknown {sorted(unknown)}"
    assert isinstance(document.get("value"), list), f"{where}: value is not a list"
    for place, item in enumerate(document["value"]):
        _check(version, kind[1:-1], item, f"{where} value[{place}]", exempt=exempt, partial=partial)


def check_request(version: str, method: str, path: str, body: bytes | str | Any, content_type: str = "") -> None:
    """Check a request against the description: it must be a known operation with a body of the right type.

    Raises:
        AssertionError: They differ; the message names operation, property and expectation.
    """
    operation = find_operation(version, method, path)
    where = f"{operation.name} request"
    if operation.request is None:
        assert body is None or body in (b"", ""), f"{where}: has a body, none is described"
        return
    if operation.request == "any":
        return
    document = _read(body, operation.name)
    assert not content_type or content_type.startswith("application/json"), f"{where}: sent as {content_type}"
    _check(version, operation.request, document, where, partial=True, writes=True)
    if operation.name.endswith("/synchronization/jobs") and method == "POST":
        assert isinstance(document.get("templateId"), str), f"{where}: templateId is missing"


class Requested(Protocol):
    """The parts of a journal entry that are checked here."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def body(self) -> Any: ...
    @property
    def operation(self) -> str: ...


def check_requests(entries: Iterable[Requested]) -> int:
    """Check all requests to Graph in a journal against the description, and return their number."""
    checked = 0
    for entry in entries:
        if entry.operation in {"token", "discovery", "keys", "managedIdentityToken"}:
            continue
        _, version, path = entry.path.split("/", 2)
        body = None if entry.body == "" else entry.body
        check_request(version, entry.method, f"/{path}", body, entry.headers.get("content-type", ""))
        checked += 1
    return checked


def find_operation(version: str, method: str, path: str) -> Described:
    """Find the operation that a method and a path stand for.

    Raises:
        AssertionError: This version has no such operation.
    """
    assert version in VERSIONS, f"{method} {path}: there is no version {version}"
    plain = path.split("?", 1)[0].rstrip("/").replace("/microsoft.graph.", "/")
    plain = re.sub(r"\(\)$", "", plain)
    plain = re.sub(r"^/applications/", "/servicePrincipals/", plain)  # both have the same type (graph-facts 1)
    # Fixed segments come first, since "jobs/validateCredentials" is not a job.
    for pattern, operation in _patterns(version):
        if operation.name.startswith(f"{method} ") and pattern.fullmatch(plain):
            return operation
    raise AssertionError(f"{method} /{version}{path} is no operation of the description")


def list_operations(version: str) -> list[str]:
    """List the operations of synchronization in a version, as `GET /servicePrincipals/{id}/synchronization/jobs`.

    Those that the description has and the service refuses are among them.
    """
    names = {name for each in ("v1.0", version) for kind in ("operations", "refused") for name in FACTS[each][kind]}
    return sorted((name for name in names if "/synchronization" in name), key=lambda name: name.split(" ")[::-1])


def find_refusal(operation: str) -> int | None:
    """Find the status with which the service refuses an operation that the description has; None if it does not."""
    refused: dict[str, int] = FACTS["v1.0"]["refused"]
    return refused.get(operation)


@cache
def _patterns(version: str) -> list[tuple[re.Pattern[str], Described]]:
    described = FACTS["v1.0"]["operations"] | FACTS[version]["operations"]
    result = []
    for name, fact in sorted(described.items(), key=lambda item: item[0].count("{")):
        template = re.escape(name.split(" ", 1)[1])
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"[^/()]+", template))
        result.append((pattern, Described(name, fact["request"], fact["response"], tuple(fact["status"]))))
    return result


def _read(body: bytes | str | Any, name: str) -> Any:
    if not isinstance(body, bytes | str):
        return body
    assert body, f"{name}: the body is empty"
    return json.loads(body, object_pairs_hook=lambda pairs: _once(pairs, name))


def _once(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    names = [key for key, _ in pairs]
    assert len(names) == len(set(names)), f"{name}: a name comes twice in {names}"
    return dict(pairs)


def _fact(version: str, kind: str, name: str) -> Any:
    below = FACTS["v1.0"][kind]
    return FACTS[version][kind].get(name, below.get(name))


def _check(
    version: str,
    kind: str,
    value: Any,
    where: str,
    *,
    exempt: Collection[str] = (),
    partial: bool = False,
    writes: bool = False,
) -> None:
    """Check a value against a type of the description. `partial` allows properties to be missing."""
    if kind in exempt:
        return
    if value is None:
        assert kind.endswith("?") or kind == "any", f"{where}: null, expected {kind}"
        return
    kind = kind.removesuffix("?")
    if kind.startswith("["):
        assert isinstance(value, list), f"{where}: {value!r}, expected a list of {kind[1:-1]}"
        for place, item in enumerate(value):
            _check(version, kind[1:-1], item, f"{where}[{place}]", exempt=exempt, partial=partial, writes=writes)
    elif (enum := _fact(version, "enums", kind)) is not None:
        _check_enum(enum, value, f"{where} ({kind})")
    elif (properties := _fact(version, "types", kind)) is None:
        assert _is_primitive(kind, value), f"{where}: {value!r}, expected {kind}"
    else:
        assert isinstance(value, dict), f"{where}: {value!r}, expected {kind}"
        lacking = [] if partial else _find_missing(kind, properties, value, exempt)
        assert not lacking, f"{where}: {kind} lacks {lacking}"
        for name, item in value.items():
            if "@" in name or f"{kind}.{name}" in exempt or kind == "ODataErrors.InnerError":
                continue
            expected = properties.get(_ALIASES.get((kind, name), name))
            if expected is None and kind in OPEN_TYPES:
                continue
            assert expected is not None, f"{where}: {kind} has no property {name}"
            assert not writes or f"{kind}.{name}" not in READ_ONLY, f"{where}: {kind}.{name} is read-only"
            inner = f"{where} {kind}.{name}"
            _check(version, expected, item, inner, exempt=exempt, partial=partial, writes=writes)


# Captures have both spellings, and both are accepted.
_ALIASES = {("ODataErrors.MainError", "innererror"): "innerError"}


def _find_missing(kind: str, properties: dict[str, str], value: dict[str, Any], exempt: Collection[str]) -> list[str]:
    required = (name for name, expected in properties.items() if not expected.endswith("?"))
    return sorted(name for name in required if name not in value and f"{kind}.{name}" not in exempt)


def _check_enum(enum: dict[str, Any], value: Any, where: str) -> None:
    assert isinstance(value, str), f"{where}: {value!r} is not a string"
    members = [part.strip() for part in value.split(",")] if enum["flags"] else [value]
    unknown = [member for member in members if member not in enum["members"]]
    assert not unknown, f"{where}: {unknown} not among {enum['members']}"


def _is_primitive(kind: str, value: Any) -> bool:
    match kind:
        case "String":
            return isinstance(value, str)
        case "Boolean":
            return isinstance(value, bool)
        case "Int32" | "Int64":
            limit = 2 ** (int(kind[3:]) - 1)
            return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit
        case "DateTime":
            return isinstance(value, str) and _DATE_TIME.fullmatch(value) is not None
        case "Duration":
            return isinstance(value, str) and _DURATION.fullmatch(value) is not None
        case "Guid":
            return isinstance(value, str) and str(UUID(value)) == value.lower()
        case "any":
            return True
        case _:
            raise AssertionError(f"the description has no type {kind}")
