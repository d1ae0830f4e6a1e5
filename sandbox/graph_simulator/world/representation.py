"""Writes jobs and templates as Graph does, with the names, nesting, nulls and sentinels of its captures."""

from datetime import datetime
from typing import Any

from graph_simulator.world.jobs.cycles import observe_progress
from graph_simulator.world.jobs.executions import Execution, Quarantine, SynchronizationError
from graph_simulator.world.jobs.job import Job
from graph_simulator.world.jobs.quarantines import show_next_attempt
from graph_simulator.world.schemas import Schema
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import Template
from graph_simulator.world.times import format_duration, format_time


def write_job(job: Job, now: datetime, switches: Switches) -> dict[str, Any]:
    """Write a job as GET returns it (graph-facts 3.1), without `@odata.context`."""
    return {
        "id": job.id,
        "templateId": switches.shown_template or job.template.id,
        "schedule": {"expiration": None, "interval": format_duration(job.interval), "state": job.schedule_state},
        "status": _write_status(job, now, switches),
        "synchronizationJobSettings": [{"name": name, "value": value} for name, value in job.settings],
    }


def _write_status(job: Job, now: datetime, switches: Switches) -> dict[str, Any]:
    return {
        "countSuccessiveCompleteFailures": job.complete_failures,
        "escrowsPruned": job.escrows_pruned,
        "code": job.code,
        "lastExecution": _write_execution(job.last_execution),
        "lastSuccessfulExecution": _write_execution(job.last_successful),
        "lastSuccessfulExecutionWithExports": _write_execution(job.last_successful_with_exports),
        "quarantine": _write_quarantine(job.quarantine, switches),
        "steadyStateFirstAchievedTime": format_time(job.steady_first),
        "steadyStateLastAchievedTime": format_time(job.steady_last),
        # The captures have null before the first start and an empty string after it (graph-facts 2, 3.1).
        "troubleshootingUrl": "" if job.started_once else None,
        "progress": _write_progress(job, now),
        "synchronizedEntryCountByType": [
            {"key": key, "value": value} for key, value in zip(job.template.entry_types, job.entries, strict=True)
        ]
        if job.good_cycles
        else [],
    }


def _write_progress(job: Job, now: datetime) -> list[dict[str, Any]]:
    if job.running is None:
        return []
    observed, done = observe_progress(job.running, now)
    return [
        {
            "completedUnits": done,
            "progressObservationDateTime": format_time(observed),
            "totalUnits": job.running.imported,
            "units": "Objects",
        }
    ]


def _write_execution(execution: Execution | None) -> dict[str, Any] | None:
    if execution is None:
        return None
    counts = execution.counts
    return {
        "activityIdentifier": execution.activity,
        "countEntitled": counts.entitled,
        "countEntitledForProvisioning": counts.entitled_for_provisioning,
        "countEscrowed": counts.escrowed,
        "countEscrowedRaw": counts.escrowed_raw,
        "countExported": counts.exported,
        "countExports": counts.exports,
        "countImported": counts.imported,
        "countImportedDeltas": counts.imported_deltas,
        "countImportedReferenceDeltas": counts.imported_reference_deltas,
        "state": execution.state,
        "error": _write_error(execution.error),
        "timeBegan": format_time(execution.began),
        "timeEnded": format_time(execution.ended),
    }


def _write_error(error: SynchronizationError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.message, "tenantActionable": error.tenant_actionable}


def _write_quarantine(quarantine: Quarantine | None, switches: Switches) -> dict[str, Any] | None:
    if quarantine is None:
        return None
    return {
        "currentBegan": format_time(quarantine.current_began),
        "nextAttempt": format_time(show_next_attempt(quarantine, switches)),
        "reason": quarantine.reason,
        "seriesBegan": format_time(quarantine.series_began),
        "seriesCount": quarantine.series_count,
        "error": _write_error(quarantine.error),
    }


def write_template(template: Template, version: str, schema: Schema, schema_context: str) -> dict[str, Any]:
    """Write a template with its schema (graph-facts 3.1).

    Beta writes metadata keys with a small first letter, except for one (graph-facts 2.1).
    """
    return {
        "id": template.id,
        "applicationId": template.application_id,
        "default": template.default,
        "description": template.description,
        "discoverable": template.discoverable,
        "factoryTag": template.factory_tag,
        "metadata": [{"key": _write_key(key, version), "value": value} for key, value in template.metadata],
        "schema@odata.context": schema_context,
        "schema": schema,
    }


def _write_key(key: str, version: str) -> str:
    if version == "v1.0" or key == "IsSynchronizationAgentAssignmentRequired":
        return key
    return key[0].lower() + key[1:]
