"""Writes what became of an object, in the two forms of the samples (graph-facts 3.1)."""

import json
from datetime import datetime
from typing import Any

from graph_simulator.world.provisioning.attempt import Attempt, Outcome, Step
from graph_simulator.world.times import format_time

STATUS_INFO = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"
"""The key of the form whose value is a list."""


def write_outcome(
    attempt: Attempt, outcome: Outcome, change_id: str, now: datetime, *, as_list: bool
) -> dict[str, str]:
    """Write an outcome as a stringKeyStringValuePair, whose value is JSON as text."""
    document = _describe(attempt, outcome, change_id, format_time(now))
    if as_list:
        return {"key": STATUS_INFO, "value": json.dumps([document])}
    return {
        "key": json.dumps({"result": outcome.result, "details": _list_details(outcome)}),
        "value": json.dumps(document),
    }


def _list_details(outcome: Outcome) -> dict[str, str | None]:
    return {"errorCode": outcome.code, "errorMessage": outcome.message} if outcome.code else {}


def _describe(attempt: Attempt, outcome: Outcome, change_id: str, moment: str) -> dict[str, Any]:
    target_id = (outcome.target or {}).get("id")
    failed = outcome.result == "Failure"
    return {
        "action": outcome.action,
        "changeId": change_id,
        "endTime": moment,
        "modifiedProperties": [
            {"displayName": name, "oldValue": old, "newValue": new} for name, old, new in outcome.changes
        ],
        "provisioningSteps": [_write_step(step, moment) for step in outcome.steps],
        "reportableIdentifier": attempt.source.name,
        "startTime": moment,
        "statusInfo": {
            "status": outcome.result,
            "errorCode": outcome.code if failed else None,
            "reason": outcome.message if failed else None,
            "additionalDetails": None,
            "errorCategory": "Failure" if failed else None,
            "recommendedAction": None,
        },
        "sourceIdentity": _identify(attempt.source.id, attempt.source.type),
        "sourceSystem": _name(attempt.rule.get("sourceDirectoryName")),
        "targetIdentity": _identify(target_id, attempt.mapping.get("targetObjectName")),
        "targetSystem": _name(attempt.rule.get("targetDirectoryName")),
    }


def _write_step(step: Step, moment: str) -> dict[str, Any]:
    return {
        "name": step.name,
        "type": step.type,
        "status": step.status,
        "description": step.description,
        "timestamp": moment,
        "details": step.details,
    }


def _identify(identifier: str | None, kind: str | None) -> dict[str, Any]:
    return {"id": identifier, "type": kind, "displayName": None, "details": None}


def _name(name: str | None) -> dict[str, Any]:
    return {"id": None, "name": name, "details": None}
