"""Applies OData's query options to what a call answers, and refuses those that it can't apply (graph-facts 6.5)."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from graph_simulator.web.calls import Call

T = TypeVar("T")

JOB_PROPERTIES = frozenset(
    {"id", "templateId", "schedule", "status", "synchronizationJobSettings", "bulkUpload", "schema"}
)
TEMPLATE_PROPERTIES = frozenset(
    {"id", "applicationId", "default", "description", "discoverable", "factoryTag", "metadata", "schema"}
)
LIST_OPTIONS = frozenset({"$filter", "$select", "$top", "$skiptoken", "$count"})
LARGEST_PAGE = 999
"""The most that `$top` may ask for (graph-facts 6.5)."""

_OPTION = re.compile(r"\$[a-zA-Z]+")
_CLAUSE = re.compile(r"\s*(\w+)\s+eq\s+('(?:[^']|'')*'|[\w.-]+)\s*")
_STARTS_WITH = re.compile(r"\s*startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)\s*", re.IGNORECASE)
_OTHER_CLAUSE = re.compile(
    r"\s*\w+\s+(ne|gt|ge|lt|le|in|has)\s+\S.*|.*\b(and|or|not)\b.*|\s*\w+\(.*\)\s*", re.IGNORECASE
)


def check_options(call: Call, taken: Collection[str]) -> None:
    """Check that the call takes all query options of the request. Names without `$` are no options.

    Raises:
        GraphRefusalError: It has another one: Graph may do something there that is not simulated.
    """
    for name in call.query:
        if _OPTION.fullmatch(name) and name not in taken:
            raise refuse_unsimulated(call, f"The query option '{name}' of this call")


def refuse_unsimulated(call: Call, what: str, why: str = "") -> Exception:
    """Create the refusal of what Graph has and the simulator has not: 501, with a message that says so, and why."""
    return call.refuse(501, "NotImplemented", f"{what} is not simulated. {why}".strip())


def read_select(call: Call, kind: str, known: Collection[str]) -> frozenset[str]:
    """Read the names of `$select`; empty if there is none.

    Raises:
        GraphRefusalError: The type has no such property.
    """
    fields = frozenset(name.strip() for name in call.query.get("$select", "").split(",") if name.strip())
    _check_names(call, sorted(fields), kind, known)
    return fields


def _check_names(call: Call, names: Collection[str], kind: str, known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            text = f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
            raise call.refuse(400, "BadRequest", f"Parsing OData Select and Expand failed: {text}")


def select_members(document: dict[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """Keep the selected members of a document and its annotations; all if none is selected."""
    return {name: value for name, value in document.items() if name in fields or "@" in name} if fields else document


@dataclass(frozen=True, slots=True)
class Filter:
    """A `$filter` of one clause. `matches` compares a value of the property `name`."""

    name: str
    matches: Callable[[object], bool]


def read_filter(call: Call) -> Filter | None:
    """Read `$filter`: `name eq 'value'` or `startswith(name,'value')`; None if there is none.

    Raises:
        GraphRefusalError: It is malformed, or is another one that Graph may take.
    """
    text = call.query.get("$filter")
    if text is None:
        return None
    if match := _CLAUSE.fullmatch(text):
        wanted = _read_literal(match[2])
        return Filter(match[1], lambda value: value == wanted)
    if match := _STARTS_WITH.fullmatch(text):
        start = match[2].replace("''", "'")
        return Filter(match[1], lambda value: isinstance(value, str) and value.startswith(start))
    if _OTHER_CLAUSE.fullmatch(text) and text.count("'") % 2 == 0 and text.count("(") == text.count(")"):
        raise refuse_unsimulated(call, f"The filter {text}")
    raise call.refuse(400, "BadRequest", "Invalid filter clause")


def _read_literal(text: str) -> object:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"true": True, "false": False, "null": None}.get(text, text)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a collection. `begin` and `end` are its bounds, `has_more` whether there is another."""

    items: list[T]
    begin: int
    end: int
    has_more: bool
    total: int


def take_page(call: Call, items: list[T], *, size: int) -> Page[T]:
    """Take the page that `$skiptoken` names, of `$top` items or else of `size`; 0 means all.

    Raises:
        GraphRefusalError: `$top` is not a number from 1 to 999.
    """
    text = call.query.get("$top")
    if text is not None:
        if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
            bounds = f"Must be between 1 and {LARGEST_PAGE} inclusive."
            raise call.refuse(400, "Request_BadRequest", f"Invalid page size specified: '{text}'. {bounds}")
        size = int(text)
    token = call.query.get("$skiptoken", "0")
    begin = int(token) if token.isdecimal() else 0
    end = begin + size if size else len(items)
    return Page(items[begin:end], begin, end, has_more=end < len(items), total=len(items))


def write_link(call: Call, host: str, following: int) -> str:
    """Write the link to the page that begins at a number, with all other options of the request."""
    options = {name: value for name, value in call.query.items() if name != "$skiptoken"}
    pairs = [f"{quote(n, safe='$')}={quote(v, safe=_LINK_SAFE)}" for n, v in options.items()]
    return f"{host}{call.path}?{'&'.join([*pairs, f'$skiptoken={following}'])}"


_LINK_SAFE = "',()$"


def write_count(call: Call, page: Page[Any]) -> dict[str, Any]:
    """Write the number of all items, if `$count` asks for it."""
    return {"@odata.count": page.total} if call.query.get("$count", "").lower() == "true" else {}
