"""Connections come before jobs, and jobs before requests, wherever the kinds are listed or started."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrasync.process import lifecycle
from entrasync.process.services import Services


class Parts:
    """Takes the place of the parts that only pass through `start_background`."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.namespace_leases = self.secret_expiry = None

    def start(self, name: str, _: object) -> None:
        self.started.append(name)

    def run(self) -> None:
        """Stand for work that never runs here."""

    post_all = look_up_expiries = run


def test_kinds_are_listed_in_their_order_when_a_refused_namespace_is_rechecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts, rechecked = Parts(), list[Any]()
    monkeypatch.setattr(lifecycle, "recheck_refused", lambda kinds, _: rechecked.extend(kinds))
    monkeypatch.setattr(lifecycle, "keep_in_sync", lambda kind, _: kind)
    monkeypatch.setattr(lifecycle, "watch_clock", lambda clock, _: clock)
    monkeypatch.setattr(lifecycle, "watch_expiries", lambda clock, *_: clock)
    order = ["connections", "jobs", "requests"]
    kinds = cast("Any", tuple(SimpleNamespace(kind=SimpleNamespace(plural=name)) for name in order))
    shared, watches = cast("Any", parts), cast("Any", (SimpleNamespace(plural="secrets", run=parts.run),))
    lifecycle.start_background(Services(shared, shared, kinds, shared, watches, *[shared] * 8))
    assert [kind.plural for kind in rechecked] == order
    assert len(parts.started) == len(set(parts.started)) == 9
