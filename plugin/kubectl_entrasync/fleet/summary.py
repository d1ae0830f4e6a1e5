"""How many jobs of a fleet are how."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.fleet.health import Health
from kubectl_entrasync.fleet.job_row import JobRow, write_row


def count_health(rows: Sequence[JobRow]) -> dict[Health, int]:
    """Count the jobs by health, the most urgent first, without those that none has."""
    counted = Counter(row.health for row in rows)
    return {health: counted[health] for health in Health if counted[health]}


def judge_fleet(rows: Sequence[JobRow]) -> ExitCode:
    """Return what a script is told: whether any job is ill."""
    return ExitCode.ILL if any(row.health.is_ill for row in rows) else ExitCode.WELL


def write_fleet(rows: Sequence[JobRow]) -> dict[str, Any]:
    """Return the fleet as JSON and YAML show it."""
    summary = {str(health): count for health, count in count_health(rows).items()}
    ill = sum(row.health.is_ill for row in rows)
    return {"summary": {"jobs": len(rows), "ill": ill, "byHealth": summary}, "items": [write_row(row) for row in rows]}
