"""What the kubelet is told of this process: None, or what is wrong."""

from entrasync.kube.api_server import ApiServer
from entrasync.process.background import Background
from entrasync.reconcile.engine import Engine

MOST_REFUSALS = 5
"""Writes in a row: a few may be refused for their resource's own sake, or while the API server restarts."""


def find_death(engine: Engine, background: Background) -> str | None:
    """Tell what only a restart mends. While it waits to begin, or ends, nothing has died."""
    if not engine.has_started or engine.is_stopping:
        return None
    if not engine.is_alive:
        return "a worker has died"
    return f"a task has died: {', '.join(background.ended)}" if background.ended else None


def find_unreadiness(engine: Engine, api_server: ApiServer) -> str | None:
    """Tell why no resource is looked after, or why none can show it."""
    if engine.is_stopping:
        return "the operator was told to stop"
    if not engine.has_started:
        return "the resources have not been read yet"
    if not engine.is_alive:
        return "a worker has died"
    if api_server.refusals_in_a_row >= MOST_REFUSALS:
        return f"the API server took none of the last {api_server.refusals_in_a_row} writes; the log has its words"
    return None
