"""The run of `spec.periodicRestart` that is due, and the one that comes next."""

from dataclasses import replace
from datetime import datetime

from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.time_limits import MAX_CLOCK_ERROR
from entrasync.core.primitives.times import parse_time, write_readable_time, write_time
from entrasync.core.record.restart_record import Channel, PeriodicRecord
from entrasync.core.restart.requests import RestartRequest, is_first_sight
from entrasync.core.restart.timetable import find_timetable_fault, next_run


def find_due_run(facts: Facts) -> RestartRequest | None:
    """Return the restart that the timetable asks for now; None if none is due.

    A run that was missed is due until it happens, and several that were missed are one.
    """
    wish, known = facts.desired.periodic_restart, facts.resource.record.restarts.periodic
    if wish is None or known is None or known.timetable != wish.timetable:
        return None
    if facts.desired.is_observe_only or is_first_sight(facts) or not _is_due(known, facts.now):
        return None
    token = known.last.token if known.last is not None and known.last.is_unanswered else write_time(known.next_at)
    due_at = parse_time(token) or known.next_at
    source = f"spec.periodicRestart (due at {write_readable_time(due_at)})"
    return RestartRequest(Channel.PERIODIC, token, wish.scopes, source)


def next_run_at(facts: Facts) -> datetime | None:
    """Return when the next run is due; None without a timetable."""
    known = facts.resource.record.restarts.periodic
    return None if facts.desired.periodic_restart is None or known is None else known.next_at


def updated_periodic(facts: Facts) -> PeriodicRecord | None:
    """Record when the next run is due.

    A run that is due stays the next one until it has happened. With a new timetable, or a job that is first seen, the
    timetable begins now.
    """
    wish, known = facts.desired.periodic_restart, facts.resource.record.restarts.periodic
    if wish is None or find_timetable_fault(wish) is not None:
        return None
    if known is None or known.timetable != wish.timetable or is_first_sight(facts) or facts.desired.is_observe_only:
        return PeriodicRecord(wish.timetable, next_run(wish, facts.now), known.last if known else None)
    if _is_due(known, facts.now):
        return known
    return replace(known, next_at=_find_next(wish, known, facts.now))


def _is_due(known: PeriodicRecord, now: datetime) -> bool:
    last = known.last
    if last is not None and last.is_unanswered:
        return True
    return known.next_at <= now and (last is None or last.token != write_time(known.next_at))


def _find_next(wish: PeriodicRestartSpec, known: PeriodicRecord, now: datetime) -> datetime:
    """Return the next run, counted from the last one if the clock has gone back behind it since.

    A last run that lies further ahead than a clock may be wrong says nothing.
    """
    last = parse_time(known.last.token) if known.last is not None else None
    is_ahead = last is not None and now < last <= now + MAX_CLOCK_ERROR
    return next_run(wish, last if is_ahead and last is not None else now)
