"""The restarts that people ask for by a token: which of them are still to be sent, and what they wait for.

An approval of held deletions is one of them: a restart with ForceDeletes, whose token names the quarantine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from entrasync.api.job.restart import DEFAULT_SCOPES, MAX_TOKEN_LENGTH, TOKEN_PATTERN
from entrasync.api.names import RESTART_ANNOTATION
from entrasync.api.policies import RestartScope, ScheduleState
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.quotes import shorten
from entrasync.core.record.restart_record import Channel
from entrasync.core.record.schedule_record import PausedBy
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.deletion_approval import find_held_approval, list_approvals
from entrasync.core.schedule.state import pause_of, wanted_state_of


@dataclass(frozen=True)
class RestartRequest:
    """One restart that is asked for. `source` says where, in words."""

    channel: Channel
    token: str
    scopes: tuple[RestartScope, ...]
    source: str


def list_requests(resource: Resource) -> tuple[RestartRequest, ...]:
    """List the restarts that spec and annotations ask for, those that were done long ago included."""
    requests: list[RestartRequest] = []
    if resource.desired is not None and (wish := resource.desired.restart) is not None:
        requests.append(RestartRequest(Channel.SPEC, wish.token, wish.scopes, f"spec.restart.token {wish.token}"))
    for approval in list_approvals(resource):
        scopes = (RestartScope.FORCE_DELETES,)
        requests.append(RestartRequest(Channel.APPROVAL, approval.token, scopes, approval.words))
    token = resource.annotations.get(RESTART_ANNOTATION) or ""
    if token and find_token_fault(resource.annotations) is None:
        source = f"the annotation {RESTART_ANNOTATION} {token}"
        requests.append(RestartRequest(Channel.REQUEST, token, DEFAULT_SCOPES, source))
    return tuple(requests)


def find_token_fault(annotations: Mapping[str, str]) -> str | None:
    """Return what is wrong with the annotation, in whole sentences; None where it is absent, empty or right."""
    token = annotations.get(RESTART_ANNOTATION)
    pattern = re.sub(r"\$$", r"\\Z", TOKEN_PATTERN)  # Python's $ would allow a line break at the end
    if not token or (len(token) <= MAX_TOKEN_LENGTH and re.search(pattern, token)):
        return None
    return (
        f'The annotation {RESTART_ANNOTATION} is "{shorten(token, MAX_TOKEN_LENGTH)}", which is no token, and is '
        f"ignored. Write a token like 2026-11-21T03:00:00Z, of at most {MAX_TOKEN_LENGTH} letters, digits and signs "
        "(._:+-)."
    )


def is_first_sight(facts: Facts) -> bool:
    """Whether our status does not say yet that the resource holds this job, or nothing is known of it.

    What is asked for already then was asked of another job, or long before a backup was restored.
    """
    return facts.job is None or facts.resource.record.job_id != facts.job.id


def list_due_requests(facts: Facts) -> tuple[RestartRequest, ...]:
    """List the restarts that are to be sent, or to be sent once more because their answer was lost."""
    if facts.desired.is_observe_only or is_first_sight(facts):
        return ()
    restarts, held_approval = facts.resource.record.restarts, find_held_approval(facts)
    approved = held_approval.token if held_approval else None

    def is_due(request: RestartRequest) -> bool:
        known = restarts.of(request.channel)
        if known is not None and known.token == request.token and known.is_unanswered:
            return True
        is_meant = request.channel is not Channel.APPROVAL or request.token == approved
        return is_meant and not restarts.knows(request.channel, request.token)

    return tuple(filter(is_due, list_requests(facts.resource)))


def may_restart(facts: Facts) -> bool:
    """Whether a restart would not start a job that is paused on purpose. A pause that Graph made is ended by it."""
    if facts.job is None or not facts.job.is_paused:
        return facts.job is not None and facts.job.is_active
    pause = pause_of(facts)
    is_by_graph = pause is not None and pause.by is PausedBy.GRAPH
    return is_by_graph and wanted_state_of(facts) is not ScheduleState.PAUSED


def explain_waiting_requests(facts: Facts) -> str:
    """Say which restarts wait for a paused job to run, as one more sentence; empty if none does."""
    due = list_due_requests(facts)
    if not due or may_restart(facts):
        return ""
    sources = " and ".join(request.source for request in due)
    return f" The restart by {sources} would start the job, so it waits until the job runs."
