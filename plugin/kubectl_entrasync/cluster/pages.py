"""Lists objects page by page, as kubectl does."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from kubectl_entrasync.cluster.refusals import Refused

Object = dict[str, Any]
T = TypeVar("T")

PAGE = 500
"""Objects per request, as kubectl asks for."""


def keep_whole(document: Object) -> Object:
    """Keep an object as it is."""
    return document


def read_pages(read_page: Callable[..., Object], keep: Callable[[Object], T]) -> tuple[list[T], str]:
    """Read all pages of a list.

    The API server forgets after some minutes what a list was like at its first page (410 Gone). All is then read again
    in one answer, as client-go does, so that no object is left out and none is listed twice.

    Args:
        read_page: reads a page, with the options `limit` and `_continue`. Raises `Refused`.
        keep: what is kept of each object. A page is dropped before the next one is read.

    Returns:
        what was kept, and the version of the list, from which a watch goes on.
    """
    kept: list[T] = []
    options: dict[str, Any] = {"limit": PAGE}
    while True:
        try:
            page = read_page(**options)
        except Refused as refused:
            if refused.status != HTTPStatus.GONE or "_continue" not in options:
                raise
            kept, page = [], read_page()
        kept += map(keep, page["items"] or ())  # null for a list of metadata without items
        token, version = page["metadata"].get("continue"), str(page["metadata"].get("resourceVersion", ""))
        if not token:
            return kept, version
        options = {"limit": PAGE, "_continue": token}
        del page  # so that there is never more than one
