"""What the record keeps of a restart: that it is due, how often it was sent, and what came of it."""

from dataclasses import replace
from datetime import datetime

from entrasync.api.policies import RestartScope
from entrasync.core.facts.facts import Facts
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import RestartIntent
from entrasync.core.record.restart_record import Channel, RestartOutcome, RestartsRecord
from entrasync.core.restart.periodic import find_due_run, updated_periodic
from entrasync.core.restart.requests import RestartRequest, is_first_sight, list_requests


def with_restart_intent(record: JobRecord, now: datetime, *, service_principal_id: str | None) -> JobRecord:
    """Record that a restart will be due, before the write that needs it is sent."""
    return replace(record, operation=RestartIntent(now, service_principal_id))


def with_restart_try(record: JobRecord) -> JobRecord:
    """Count a restart that is about to be sent, in case its answer is lost."""
    if not isinstance(record.operation, RestartIntent):
        return record
    return replace(record, operation=replace(record.operation, tries=record.operation.tries + 1))


def with_restart(record: JobRecord, *, scope: str | None) -> JobRecord:
    """Record that Graph accepted the restart: the saved provisioning scope, if spec has one, is in force."""
    application = replace(record.application, scope_in_force=scope or record.application.scope_in_force)
    return replace(record, operation=None, application=application)


def with_unknown_restart(record: JobRecord) -> JobRecord:
    """Record that a restart was never answered, so that it is not known which provisioning scope is in force."""
    return replace(record, operation=None, application=replace(record.application, scope_in_force=None))


def with_request_try(record: JobRecord, request: RestartRequest, now: datetime) -> JobRecord:
    """Record a requested restart that is about to be sent, and count it in case its answer is lost."""
    restarts = record.restarts.with_try(request.channel, request.token, now, scope=request.scopes)
    return replace(record, restarts=restarts)


def with_request_outcome(
    record: JobRecord, request: RestartRequest, outcome: RestartOutcome, *, provisioning_scope: str | None = None
) -> JobRecord:
    """Record what came of a requested restart.

    One that resets the watermark also is the restart that a new `provisioning_scope` needs, if that is due.
    """
    settled = replace(record, restarts=record.restarts.with_outcome(request.channel, outcome))
    begins_anew = not {RestartScope.WATERMARK, RestartScope.FULL}.isdisjoint(request.scopes)
    if outcome is not RestartOutcome.RESTARTED or not begins_anew or not isinstance(record.operation, RestartIntent):
        return settled
    return with_restart(settled, scope=provisioning_scope)


def with_recovery_start(record: JobRecord, now: datetime) -> JobRecord:
    """Record a start that is about to be sent to end a quarantine."""
    restarts = record.restarts
    return replace(record, restarts=replace(restarts, recovery=restarts.recovery.with_start(now)))


def with_recovery_outcome(record: JobRecord) -> JobRecord:
    """Record that Graph accepted the start."""
    recovery = replace(record.restarts.recovery, outcome=RestartOutcome.STARTED)
    return replace(record, restarts=replace(record.restarts, recovery=recovery))


def updated_restarts(facts: Facts) -> RestartsRecord:
    """Record the tokens that ask for nothing, and the end of those that were given up.

    A token that is there when the job is first seen, or while the resource only observes, was asked of another job,
    before a backup was restored, or of nobody. One that was sent without an answer and then taken away is not sent
    again.
    """
    restarts, requests = facts.resource.record.restarts, list_requests(facts.resource)
    asks_nothing = facts.desired.is_observe_only or is_first_sight(facts)
    for request in requests:
        if asks_nothing and not restarts.knows(request.channel, request.token):
            restarts = restarts.with_token(request.channel, request.token, facts.now, RestartOutcome.RECORDED)
    wanted = {(request.channel, request.token) for request in requests}
    restarts = replace(restarts, periodic=updated_periodic(facts))
    if (run := find_due_run(facts)) is not None:
        wanted.add((run.channel, run.token))
    for channel in Channel:
        sent = restarts.of(channel)
        if sent is not None and sent.is_unanswered and (asks_nothing or (channel, sent.token) not in wanted):
            restarts = restarts.with_outcome(channel, RestartOutcome.UNKNOWN)
    return restarts
