"""Redacts secrets that Graph quotes in the status of a job. A target app may put a refused token into its error."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from entrasync.core.remote.jobs import RemoteJob

STATUS_MEMBER, ERROR_MEMBER = "status", "error"

_NO_QUOTE = re.compile(r"[A-Za-z]{0,40}|\d{4}-\d\d-\d\dT[\d:.]+Z?")
"""Words of enumerations and times. Outside of errors they quote nothing, and a search costs more than reading them."""


def redact_job(job: RemoteJob, redact: Callable[[str], str]) -> RemoteJob:
    """Redact all texts of the status. Ids, schedule and settings stay, because rules compare them with spec."""
    status = job.raw.get(STATUS_MEMBER)
    redacted = _redact(status, redact, is_error=False)
    return job if redacted == status else replace(job, raw={**job.raw, STATUS_MEMBER: redacted})


def _redact(value: Any, redact: Callable[[str], str], *, is_error: bool) -> Any:
    match value:
        case str():
            return value if not is_error and _NO_QUOTE.fullmatch(value) else redact(value)
        case list():
            return [_redact(item, redact, is_error=is_error) for item in value]
        case dict():
            return {
                name: _redact(item, redact, is_error=is_error or name == ERROR_MEMBER) for name, item in value.items()
            }
        case _:
            return value
