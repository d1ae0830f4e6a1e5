"""The options of a command that asks the operator for something."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrasync.api.duration import parse_go_duration
from entrasync.core.primitives.times import is_zoned, parse_deadline, write_time
from kubectl_entrasync.cluster.access import ClusterFlags
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.output.documents import OutputFormat

DEFAULT_TIMEOUT = "5m"


@dataclass(frozen=True)
class RequestFlags(ClusterFlags):
    """The way to the cluster, and how long to wait for the operator's answer."""

    is_awaited: bool = False
    timeout: str = DEFAULT_TIMEOUT
    output: OutputFormat = OutputFormat.TABLE

    @property
    def limit(self) -> timedelta:
        """How long to wait. Raises `Failure` if that is no duration."""
        return read_duration(self.timeout, "--timeout")


def read_duration(text: str, option: str) -> timedelta:
    """Read the duration of an option. Raises `Failure` if it is none, or no time at all."""
    try:
        duration = parse_go_duration(text)
    except ValueError as error:
        raise Failure(f"{option}: {error}") from error
    if not duration:
        raise Failure(f"{option} is {text}, which is no time at all. Give a longer one, such as 5m.")
    return duration


def read_end(until: str | None, duration: str | None, *, now: datetime) -> datetime:
    """Read when a hold ends, from --until or --for. Raises `Failure` unless one of them names a time to come."""
    if (until is None) == (duration is None):
        raise Failure("Give --until (a time) or --for (so long from now). `kubectl entrasync pause` needs no end.")
    if duration is not None:
        return now + read_duration(duration, "--for")
    end = parse_deadline(until) if until and is_zoned(until) else None
    if end is None:
        raise Failure(f'--until is "{until}", which is no time with a zone. Write it like 2027-01-31T18:00:00Z.')
    if end <= now:
        raise Failure(
            f"--until is {write_time(end)}, which has passed: it is {write_time(now)}. Give a later time. `kubectl "
            "entrasync start` ends a hold."
        )
    return end.astimezone(UTC)
