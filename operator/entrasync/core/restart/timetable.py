"""When the runs of `spec.periodicRestart` are due, by cron and time zone.

The database of time zones is the only thing outside of this process that is read, and it never changes meanwhile.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from entrasync.api.job.periodic_restart import PeriodicRestartSpec

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def next_run(wish: PeriodicRestartSpec, after: datetime) -> datetime:
    """Return the first run after a time, in UTC. Raises `ValueError` for a timetable that cannot be followed.

    In the hour that daylight saving repeats, cron names the runs of the first time round, which are over.
    """
    runs = _parse(wish.cron, after.astimezone(_find_zone(wish.time_zone or "UTC")))
    try:
        return next(run for run in (each.astimezone(UTC) for each in runs) if run > after)
    except (StopIteration, OverflowError):
        raise ValueError(f"the cron expression {wish.cron} names no day that ever comes") from None


@lru_cache(maxsize=1000)
def _find_fault(cron: str, time_zone: str) -> str | None:
    try:
        next_run(PeriodicRestartSpec(cron=cron, time_zone=time_zone), _SOME_DAY)
    except ValueError as error:
        return str(error)
    return None


def find_timetable_fault(wish: PeriodicRestartSpec) -> str | None:
    """Return what is wrong with a timetable, as the end of a sentence; None if it can be followed."""
    return _find_fault(wish.cron, wish.time_zone or "UTC")


def _find_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name} is no time zone of the IANA database") from None


def _parse(cron: str, after: datetime) -> CronSim:
    try:
        return CronSim(cron, after)
    except CronSimError as error:
        raise ValueError(f"cron cannot read {cron} ({error})") from None
