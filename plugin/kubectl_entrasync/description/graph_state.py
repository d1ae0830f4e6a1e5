"""What Graph showed of the job when the operator last looked."""

from datetime import datetime
from typing import Any

from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.synchronization_status import SynchronizationStatus
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section, build_lines, drop_absent, write_moment
from kubectl_entrasync.fleet.job_row import Document


def describe_graph_state(facts: JobFacts) -> Section:
    """Say what job there is in Graph and how it is."""
    job, live = facts.record.job or {}, facts.record.mirrored_job.status
    mirror = dict(facts.record.synchronization_status or {})
    data = drop_absent({"job": _write_job(facts, job), "synchronizationStatus": mirror})
    if not job:
        return Section("graph", _TITLE, data, (Line("Job", "none: this resource holds no job yet"),))
    lines = build_lines(
        (
            ("Job", job.get("id")),
            ("State", _name_state(facts.record.mirrored_job)),
            ("Origin", _name_origin(facts)),
            ("Tenant", facts.record.tenant_id),
            ("Objects", _count_objects(live)),
            ("Progress", _name_progress(live)),
            ("Caught up", _name_steady_state(live, facts.now)),
            ("Failed in a row", str(live.failures_in_a_row) if live.failures_in_a_row else None),
        )
    )
    return Section("graph", _TITLE, data, lines)


_TITLE = "What Graph shows"


def _write_job(facts: JobFacts, job: Document) -> dict[str, Any]:
    """Write the job as it is mirrored, without the settings, which may hold more than a program should be shown."""
    record = facts.record
    return drop_absent(
        {
            "id": job.get("id"),
            "templateId": job.get("templateId"),
            "schedule": job.get("schedule"),
            "origin": record.origin,
            "tenantId": record.tenant_id,
            "servicePrincipalId": record.service_principal_id,
        }
    )


def _name_state(job: RemoteJob) -> str:
    words = [job.code or "unknown"]
    words += [f"schedule {job.schedule.state}"] if job.schedule.state else []
    words += [f"every {job.schedule.interval}"] if job.schedule.interval else []
    return ", ".join(words)


def _name_origin(facts: JobFacts) -> str | None:
    record = facts.record
    if record.origin is None:
        return None
    return f"{record.origin} {write_moment(record.origin_time, facts.now)}" if record.origin_time else record.origin


def _count_objects(live: SynchronizationStatus) -> str:
    return ", ".join(f"{kind}: {count}" for kind, count in live.entry_counts)


def _name_progress(live: SynchronizationStatus) -> str:
    return ", ".join(f"{each.completed} of {each.total} {each.units or 'units'}" for each in live.progress)


def _name_steady_state(live: SynchronizationStatus, now: datetime) -> str | None:
    reached = live.steady_state_first_achieved_at
    return f"first at {write_moment(reached, now)}" if reached else None
