"""The writes to Graph that an action sends, as method and path."""

from typing import Any

from entrasync.core.application.actions import RemoveSecrets, SaveSecrets
from entrasync.core.decision.action import Action
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import CreateJob
from entrasync.core.restart.actions import RecoverJob, RestartJob, RestartOnRequest
from entrasync.core.schedule.actions import AskInterval, PauseJob, StartJob
from entrasync.core.schedule.state import pause_cause_of
from entrasync.core.schema.actions import PutSchema
from entrasync.core.settings.actions import PatchSettings
from entrasync.graph.calls.urls import Urls

_URLS = Urls("")

_ON_THE_JOB: dict[type[Action], tuple[str, str]] = {
    StartJob: ("POST", "start"),
    RecoverJob: ("POST", "start"),
    PauseJob: ("POST", "pause"),
    RestartJob: ("POST", "restart"),
    RestartOnRequest: ("POST", "restart"),
    AskInterval: ("PATCH", ""),
}
"""The method, and the segment after the job."""


def find_calls(action: Action, facts: Facts) -> tuple[str, ...]:
    """Return the calls in their order. An action on Kubernetes alone has none."""
    match action:
        case CreateJob():
            return (f"POST {_URLS.synchronization(action.service_principal_id, 'jobs')}",)
        case PatchSettings():
            return (_call("PATCH", action.service_principal_id, action.job.id),)
        case PutSchema():
            return (_on(action, "DELETE" if action.resets else "PUT", "schema"),)
        case SaveSecrets():
            tries = (_on(action, "POST", "validateCredentials"),) if action.tried is not None else ()
            restarts = (_on(action, "POST", "restart"),) if action.needs_restart and _may_restart(facts) else ()
            return (*tries, _put_secrets(action), *restarts)
        case RemoveSecrets():
            return (_put_secrets(action),)
    known = _ON_THE_JOB.get(type(action))
    return () if known is None else (_on(action, *known),)


def _may_restart(facts: Facts) -> bool:
    """Whether a restart follows at once. That of a job which is or will be paused follows its next start."""
    job = facts.job
    return job is not None and job.is_active and not job.is_quarantined and pause_cause_of(facts) is None


def _put_secrets(action: SaveSecrets | RemoveSecrets) -> str:
    return f"PUT {_URLS.synchronization(action.service_principal_id, 'secrets')}"


def _on(action: Any, method: str, segment: str) -> str:
    return _call(method, action.service_principal_id, action.job_id, segment)


def _call(method: str, service_principal_id: str, job_id: str, segment: str = "") -> str:
    path = _URLS.job(service_principal_id, job_id, *filter(None, [segment]))
    return f"{method} {path.replace('%28new%29', '(new)')}"
