"""Backoff without its random part, so that pauses are exact."""

import pytest


@pytest.fixture(autouse=True)
def no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add nothing to a backoff."""
    monkeypatch.setattr("entrasync.reconcile.engine.work_queue.random", lambda: 0.0)
