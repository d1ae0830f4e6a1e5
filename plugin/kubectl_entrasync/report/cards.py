"""The card of a job, read from its document. It has no secrets, and of Graph's errors the codes without the words."""

from dataclasses import asdict

from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.primitives.times import parse_time
from entrasync.core.remote.synchronization_status import (
    SynchronizationStatus,
    read_schedule,
    read_synchronization_status,
)
from kubectl_entrasync.fleet.job_row import Document, read_row
from kubectl_entrasync.fleet.links import list_links
from kubectl_entrasync.report.model import (
    Address,
    ConditionLine,
    EntryCount,
    GraphState,
    JobCard,
    Progress,
    Quarantine,
    Wish,
)
from kubectl_entrasync.report.runs import read_run


def read_card(document: Document) -> JobCard:
    """Return the card of a SynchronizationJob."""
    row = read_row(document)
    status = read_object(document.get("status"))
    live = read_synchronization_status(status.get("synchronizationStatus"))
    return JobCard(
        namespace=row.namespace,
        name=row.name,
        health=str(row.health),
        ill=row.health.is_ill,
        reason=row.reason,
        message=row.message,
        changed=row.changed,
        wish=_read_wish(read_object(document.get("spec")), read_object(status.get("effective"))),
        graph=_read_graph(status, live),
        quarantine=_read_quarantine(live),
        last_run=read_run(live.last_execution),
        last_success=read_run(live.last_success),
        last_success_with_exports=live.last_success_with_exports.ended_at,
        conditions=[_read_condition(each) for each in read_entries(status.get("conditions"))],
        links=[Address(**asdict(link)) for link in list_links(document) if link.address.startswith("https://")],
    )


def _read_wish(spec: Document, effective: Document) -> Wish:
    """Return what spec wants. What it leaves open is taken from what the operator says is in force."""
    principal, template = read_object(spec.get("servicePrincipal")), read_object(spec.get("template"))
    schedule = read_object(spec.get("schedule"))
    return Wish(
        connection=read_text(read_object(spec.get("connectionRef")).get("name")),
        service_principal=read_text(principal.get("objectId")) or read_text(principal.get("appId")),
        template=read_text(template.get("id")) or read_text(template.get("factoryTag")),
        management_policy=read_text(spec.get("managementPolicy")) or read_text(effective.get("managementPolicy")),
        deletion_policy=read_text(spec.get("deletionPolicy")) or read_text(effective.get("deletionPolicy")),
        schedule_state=read_text(schedule.get("state")) or read_text(effective.get("scheduleState")),
        poll_interval=read_text(spec.get("pollInterval")) or read_text(effective.get("pollInterval")),
        max_age=read_text(read_object(spec.get("freshness")).get("maxAge")),
        is_suspended=spec.get("suspend") is True,
    )


def _read_graph(status: Document, live: SynchronizationStatus) -> GraphState:
    job = read_object(status.get("job"))
    schedule = read_schedule(job.get("schedule"))
    return GraphState(
        tenant_id=read_text(status.get("tenantId")),
        job_id=read_text(job.get("id")),
        code=live.code,
        schedule_state=schedule.state,
        interval=schedule.interval,
        failures_in_a_row=live.failures_in_a_row,
        steady_state_first=live.steady_state_first_achieved_at,
        steady_state_last=live.steady_state_last_achieved_at,
        entries=[EntryCount(kind=kind or "-", entries=count) for kind, count in live.entry_counts],
        progress=[
            Progress(units=each.units, completed=each.completed, total=each.total, observed=each.observed_at)
            for each in live.progress
        ],
    )


def _read_quarantine(live: SynchronizationStatus) -> Quarantine | None:
    if (quarantine := live.quarantine) is None:
        return None
    return Quarantine(
        reason=quarantine.reason,
        since=quarantine.current_began_at,
        series_since=quarantine.series_began_at,
        looked_again=quarantine.series_count,
        next_attempt=quarantine.next_attempt_at,
        error_code=quarantine.error.code if quarantine.error else None,
    )


def _read_condition(entry: Document) -> ConditionLine:
    return ConditionLine(
        type=str(entry.get("type")),
        status=str(entry.get("status")),
        reason=read_text(entry.get("reason")),
        since=parse_time(entry.get("lastTransitionTime")),
        message=read_text(entry.get("message")),
    )
