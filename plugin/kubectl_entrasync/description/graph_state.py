"""What Graph showed of the job when the operator last looked."""

from typing import Any

from entrasync.core.primitives.json_values import read_entries
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section, build_lines, drop_absent, write_moment
from kubectl_entrasync.fleet.job_row import Document


def describe_graph_state(facts: JobFacts) -> Section:
    """Say what job there is in Graph and how it is."""
    live, job = facts.record.synchronization_status or {}, facts.record.job or {}
    data = drop_absent({"job": _write_job(facts, job), "synchronizationStatus": dict(live)})
    if not job:
        return Section("graph", _TITLE, data, (Line("Job", "none: this resource holds no job yet"),))
    lines = build_lines(
        (
            ("Job", job.get("id")),
            ("State", _name_state(job, live)),
            ("Origin", _name_origin(facts)),
            ("Tenant", facts.record.tenant_id),
            ("Objects", _count_objects(live)),
            ("Progress", _name_progress(live)),
            ("Caught up", _name_steady_state(facts)),
            ("Failed in a row", str(live.get("countSuccessiveCompleteFailures") or "") or None),
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


def _name_state(job: Document, live: Document) -> str:
    schedule = job.get("schedule") or {}
    words = [live.get("code") or "unknown"]
    words += [f"schedule {schedule['state']}"] if schedule.get("state") else []
    words += [f"every {schedule['interval']}"] if schedule.get("interval") else []
    return ", ".join(words)


def _name_origin(facts: JobFacts) -> str | None:
    record = facts.record
    if record.origin is None:
        return None
    return f"{record.origin} {write_moment(record.origin_time, facts.now)}" if record.origin_time else record.origin


def _count_objects(live: Document) -> str:
    counts = read_entries(live.get("synchronizedEntryCountByType"))
    return ", ".join(f"{each.get('key')}: {each.get('value')}" for each in counts)


def _name_progress(live: Document) -> str:
    return ", ".join(
        f"{each.get('completedUnits')} of {each.get('totalUnits')} {each.get('units') or 'units'}"
        for each in read_entries(live.get("progress"))
    )


def _name_steady_state(facts: JobFacts) -> str | None:
    reached = facts.record.mirrored_job.status.steady_state_first_achieved_at
    return f"first at {write_moment(reached, facts.now)}" if reached else None
