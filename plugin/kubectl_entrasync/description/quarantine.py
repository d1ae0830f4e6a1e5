"""The quarantine that Graph has put the job in: since when, why, and what to do."""

from entrasync.api.conditions import ConditionType
from entrasync.core.health.quarantine import GRAPH_REASON_UNKNOWN
from entrasync.core.remote.synchronization_status import Quarantine
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import (
    Line,
    Section,
    build_lines,
    drop_absent,
    write_moment,
    write_optional_time,
)


def describe_quarantine(facts: JobFacts) -> Section:
    """Say what the quarantine is about; without lines for a job that is in none."""
    job = facts.record.mirrored_job
    if not job.is_quarantined:
        return Section("quarantine", _TITLE)
    quarantine = job.status.quarantine or Quarantine()
    error, told = quarantine.error or job.status.last_execution.error, _find_message(facts)
    cause = ": ".join(filter(None, (error.code, error.message))) if error else None
    data = {
        "reason": quarantine.reason or GRAPH_REASON_UNKNOWN,
        "since": write_optional_time(quarantine.series_began_at),
        "attempts": quarantine.series_count,
        "nextAttempt": write_optional_time(quarantine.next_attempt_at),
        "error": cause,
        "tenantActionable": error.is_tenant_actionable if error else None,
        "message": told,
    }
    lines = build_lines(
        (
            ("Reason", quarantine.reason or GRAPH_REASON_UNKNOWN),
            ("Since", _write_since(quarantine, facts)),
            ("Error", cause),
            ("What to do", told),
        )
    )
    return Section("quarantine", _TITLE, drop_absent(data), (Line(lines[0].label, lines[0].text, "red"), *lines[1:]))


_TITLE = "Quarantine"


def _find_message(facts: JobFacts) -> str | None:
    """Return the operator's words, which say what to do. The held deletions say more than the quarantine."""
    conditions = facts.record.conditions
    kinds = (ConditionType.DELETIONS_HELD, ConditionType.QUARANTINED)
    return next((conditions[kind].message for kind in kinds if kind in conditions), None)


def _write_since(quarantine: Quarantine, facts: JobFacts) -> str | None:
    if quarantine.series_began_at is None:
        return None
    attempts = quarantine.series_count or 0
    tried = f", tried {attempts} times" if attempts > 1 else ""
    return f"{write_moment(quarantine.series_began_at, facts.now)}{tried}"
