"""What the kubelet is told of this process: None, or what is wrong."""

from collections.abc import Sequence

from entrasync.kube.api_server import ApiServer
from entrasync.process.background import Background
from entrasync.reconcile.engine import Engine

MOST_REFUSALS = 5
"""Writes in a row: a few may be refused for their resource's own sake, or while the API server restarts."""


def find_death(engines: Sequence[Engine], background: Background) -> str | None:
    """Tell what only a restart mends. While it waits to begin, or ends, nothing has died."""
    if not all(engine.has_started for engine in engines) or any(engine.is_stopping for engine in engines):
        return None
    if not all(engine.is_alive for engine in engines):
        return "a worker has died"
    return f"a task has died: {', '.join(background.ended)}" if background.ended else None


def find_unreadiness(engines: Sequence[Engine], api_server: ApiServer) -> str | None:
    """Tell why no resource is looked after, or why none can show it."""
    if any(engine.is_stopping for engine in engines):
        return "the operator was told to stop"
    if not all(engine.has_started for engine in engines):
        return "the resources have not been read yet"
    if not all(engine.is_alive for engine in engines):
        return "a worker has died"
    if api_server.refusals_in_a_row >= MOST_REFUSALS:
        return f"the API server took none of the last {api_server.refusals_in_a_row} writes; the log has its words"
    return None
