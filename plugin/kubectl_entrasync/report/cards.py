"""The card of a job, read from its document. It has no secrets, and of Graph's errors the codes without the words."""

from dataclasses import asdict

from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.primitives.times import parse_time
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
from kubectl_entrasync.report.runs import read_count, read_run


def read_card(document: Document) -> JobCard:
    """Return the card of a SynchronizationJob."""
    row = read_row(document)
    status = read_object(document.get("status"))
    live = read_object(status.get("synchronizationStatus"))
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
        quarantine=_read_quarantine(read_object(live.get("quarantine"))),
        last_run=read_run(read_object(live.get("lastExecution"))),
        last_success=read_run(read_object(live.get("lastSuccessfulExecution"))),
        last_success_with_exports=parse_time(
            read_object(live.get("lastSuccessfulExecutionWithExports")).get("timeEnded")
        ),
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


def _read_graph(status: Document, live: Document) -> GraphState:
    job = read_object(status.get("job"))
    schedule = read_object(job.get("schedule"))
    return GraphState(
        tenant_id=read_text(status.get("tenantId")),
        job_id=read_text(job.get("id")),
        code=read_text(live.get("code")),
        schedule_state=read_text(schedule.get("state")),
        interval=read_text(schedule.get("interval")),
        failures_in_a_row=read_count(live.get("countSuccessiveCompleteFailures")),
        steady_state_first=parse_time(live.get("steadyStateFirstAchievedTime")),
        steady_state_last=parse_time(live.get("steadyStateLastAchievedTime")),
        entries=_read_entries(live),
        progress=[_read_progress(each) for each in read_entries(live.get("progress"))],
    )


def _read_entries(live: Document) -> list[EntryCount]:
    return [
        EntryCount(kind=read_text(each.get("key")) or "-", entries=count)
        for each in read_entries(live.get("synchronizedEntryCountByType"))
        if (count := read_count(each.get("value"))) is not None
    ]


def _read_progress(progress: Document) -> Progress:
    return Progress(
        units=read_text(progress.get("units")),
        completed=read_count(progress.get("completedUnits")),
        total=read_count(progress.get("totalUnits")),
        observed=parse_time(progress.get("progressObservationDateTime")),
    )


def _read_quarantine(quarantine: Document) -> Quarantine | None:
    if not quarantine:
        return None
    return Quarantine(
        reason=read_text(quarantine.get("reason")),
        since=parse_time(quarantine.get("currentBegan")),
        series_since=parse_time(quarantine.get("seriesBegan")),
        looked_again=read_count(quarantine.get("seriesCount")),
        next_attempt=parse_time(quarantine.get("nextAttempt")),
        error_code=read_text(read_object(quarantine.get("error")).get("code")),
    )


def _read_condition(entry: Document) -> ConditionLine:
    return ConditionLine(
        type=str(entry.get("type")),
        status=str(entry.get("status")),
        reason=read_text(entry.get("reason")),
        since=parse_time(entry.get("lastTransitionTime")),
        message=read_text(entry.get("message")),
    )
