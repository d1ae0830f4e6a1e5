"""What people and the operator did to the job: holds, pauses, restarts, and writes that are not settled."""

from collections.abc import Iterator
from typing import Any

from entrasync.api.names import (
    ABANDON_ANNOTATION,
    DELETION_APPROVED_ANNOTATION,
    FOREIGN_SECRET_ANNOTATION,
    FURTHER_NOTICE,
    RESTART_ANNOTATION,
)
from entrasync.core.primitives.times import MAX_TIME, parse_time
from entrasync.core.record.restart_record import Channel, RestartRecord
from entrasync.core.schedule.hold import read_hold
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import (
    Line,
    Section,
    drop_absent,
    write_moment,
    write_optional_time,
)

_CHANNELS = {
    Channel.SPEC: "by spec.restart",
    Channel.REQUEST: f"by the annotation {RESTART_ANNOTATION}",
    Channel.PERIODIC: "by spec.periodicRestart",
    Channel.APPROVAL: "to perform approved deletions",
}

_REMARKABLE = (ABANDON_ANNOTATION, DELETION_APPROVED_ANNOTATION, FOREIGN_SECRET_ANNOTATION)


def describe_interventions(facts: JobFacts) -> Section:
    """Say what was done to the job or is under way; without lines where there is nothing."""
    lines = (
        *_describe_hold(facts),
        *_describe_pause(facts),
        *_describe_restarts(facts),
        *_describe_writes(facts),
        *_describe_schema(facts),
        *(Line("Annotation", f"{name}: true") for name in _REMARKABLE if facts.annotations.get(name) == "true"),
    )
    return Section("interventions", "Holds, pauses, restarts and writes", _write(facts), lines)


def _describe_hold(facts: JobFacts) -> Iterator[Line]:
    hold = read_hold(facts.annotations)
    if hold.fault:
        yield Line("Hold", hold.fault, "yellow")
    elif hold.until == MAX_TIME:
        yield Line("Hold", "until further notice: `kubectl entrasync start` ends it")
    elif hold.until:
        ends = "ends" if hold.until > facts.now else "ended"
        yield Line("Hold", f"{ends} {write_moment(hold.until, facts.now)}")


def _describe_pause(facts: JobFacts) -> Iterator[Line]:
    pause = facts.record.pause
    if pause is not None:
        time = parse_time(pause.since)
        since = f" since {write_moment(time, facts.now)}" if time else ""
        yield Line("Paused", f"by {pause.by}{since}: {pause.reason}")
    if facts.record.last_start_time:
        yield Line("Last start", write_moment(facts.record.last_start_time, facts.now))


def _describe_restarts(facts: JobFacts) -> Iterator[Line]:
    restarts = facts.record.restarts
    for channel, words in _CHANNELS.items():
        if (known := restarts.of(channel)) is not None:
            yield Line("Restart", f"{words}: {_name_outcome(known, facts)}")
    if restarts.recovery.times:
        last = write_moment(restarts.recovery.times[-1], facts.now)
        yield Line(
            "Recovery", f"{len(restarts.recovery.times)} starts, the last at {last}: {restarts.recovery.outcome}"
        )


def _name_outcome(known: RestartRecord, facts: JobFacts) -> str:
    when = f" {write_moment(known.time, facts.now)}" if known.time else ""
    scope = f", resets {', '.join(known.scope)}" if known.scope else ""
    return f"token {known.token}, {known.outcome}{when}{scope}"


def _describe_writes(facts: JobFacts) -> Iterator[Line]:
    change = facts.record.unshown_change
    if change is not None:
        yield Line("Not shown yet", f"{change.state} sent {write_moment(change.at, facts.now)}", "yellow")
    if (operation := facts.status.get("operation")) and operation.get("action"):
        time = parse_time(operation.get("startedAt"))
        asked = f", asked {write_moment(time, facts.now)}" if time else ""
        yield Line("Not settled", f"{operation['action']}{asked}: it may or may not have happened", "yellow")


def _describe_schema(facts: JobFacts) -> Iterator[Line]:
    schema = facts.record.schema
    if schema.sent is not None:
        shown = "Graph shows it" if schema.sent.is_shown else "Graph does not show it yet"
        yield Line("Schema sent", f"{write_moment(schema.sent.at, facts.now)}: {shown}")
    for backup in schema.backups:
        time = f", {write_moment(backup.at, facts.now)}" if backup.at else ""
        yield Line("Schema backup", f"ConfigMap {backup.name}{time}")


def _write(facts: JobFacts) -> dict[str, Any]:
    hold, record = read_hold(facts.annotations), facts.record
    return drop_absent(
        {
            "holdUntil": FURTHER_NOTICE if hold.until == MAX_TIME else write_optional_time(hold.until),
            "holdFault": hold.fault,
            "pause": record.pause.write() if record.pause else None,
            "lastStart": write_optional_time(record.last_start_time),
            "restarts": record.restarts.write(),
            "unshownChange": record.unshown_change.write() if record.unshown_change else None,
            "operation": facts.status.get("operation"),
            "schemaBackups": [backup.name for backup in record.schema.backups],
            "annotations": [name for name in _REMARKABLE if facts.annotations.get(name) == "true"],
        }
    )
