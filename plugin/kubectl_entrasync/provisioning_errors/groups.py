"""Groups failures by cause: the error code, its category, and the step that failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from entrasync.core.provisioning.disclosure import show_word
from entrasync.core.remote.provisioning_log import LoggedFailure
from kubectl_entrasync.provisioning_errors.known_causes import KnownCause, find_known_cause

MOST_EXAMPLES = 2


@dataclass(frozen=True)
class CauseGroup:
    """The failures of one cause, the newest first."""

    code: str
    category: str | None
    step: str | None
    failures: tuple[LoggedFailure, ...]

    @property
    def count(self) -> int:
        """How often it happened."""
        return len(self.failures)

    @property
    def objects(self) -> int:
        """How many objects it happened to."""
        return len({failure.object_id or failure.name for failure in self.failures})

    @property
    def first(self) -> datetime | None:
        """When it was first seen."""
        return min(self._times, default=None)

    @property
    def last(self) -> datetime | None:
        """When it was last seen."""
        return max(self._times, default=None)

    @property
    def known(self) -> KnownCause | None:
        """What Microsoft says of it."""
        return find_known_cause(self.code)

    @property
    def recommended_action(self) -> str | None:
        """What Graph itself recommends."""
        return next((each.recommended_action for each in self.failures if each.recommended_action), None)

    @property
    def examples(self) -> tuple[LoggedFailure, ...]:
        """The newest failures, each of another object."""
        by_object: dict[str | None, LoggedFailure] = {}
        for failure in self.failures:
            by_object.setdefault(failure.object_id or failure.name, failure)
        return tuple(by_object.values())[:MOST_EXAMPLES]

    @property
    def _times(self) -> list[datetime]:
        return [failure.time for failure in self.failures if failure.time is not None]


def group_failures(failures: Iterable[LoggedFailure]) -> list[CauseGroup]:
    """Group failures, the most frequent cause first."""
    found: dict[tuple[str, str | None, str | None], list[LoggedFailure]] = {}
    for failure in failures:
        found.setdefault(_find_cause(failure), []).append(failure)
    groups = [CauseGroup(*cause, tuple(members)) for cause, members in found.items()]
    return sorted(groups, key=lambda group: (-group.count, group.code))


def _find_cause(failure: LoggedFailure) -> tuple[str, str | None, str | None]:
    step = failure.step
    code = show_word(failure.error_code) or "no error code"
    return code, show_word(failure.category), show_word(step.type or step.name) if step else None
