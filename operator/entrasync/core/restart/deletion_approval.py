"""The approvals of deletions that Graph holds back, by spec and by annotation.

Each names one quarantine by the time at which it began. Whole seconds tell one quarantine from another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrasync.api.names import HELD_DELETIONS_APPROVED_ANNOTATION
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import held_episode
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import is_zoned, parse_time, write_time
from entrasync.core.resource.job_resource import Resource

APPROVE_FIELD = "spec.application.accidentalDeletions.approve"
APPROVE_ANNOTATION = f"the annotation {HELD_DELETIONS_APPROVED_ANNOTATION}"

MAX_QUOTE_LENGTH = 64


@dataclass(frozen=True)
class Approval:
    """The approval of the deletions of one quarantine. `source` says where it is given."""

    episode: datetime
    source: str

    @property
    def token(self) -> str:
        """What stands for it in the status."""
        return write_time(self.episode)

    @property
    def words(self) -> str:
        """Say where it is given, and which quarantine it names."""
        return f"{self.source} {self.token}"


def list_approvals(resource: Resource) -> tuple[Approval, ...]:
    """List the approvals that spec and annotation give. One that both give is the one of spec."""
    wishes = ((_read_field(resource), APPROVE_FIELD), (_read_annotation(resource.annotations), APPROVE_ANNOTATION))
    found: dict[datetime, Approval] = {}
    for time, source in wishes:
        if time is not None:
            episode = time.replace(microsecond=0)
            found.setdefault(episode, Approval(episode, source))
    return tuple(found.values())


def find_held_approval(facts: Facts) -> Approval | None:
    """Return the approval of the deletions that Graph holds back now; None if they are not approved."""
    held = held_episode(facts.job) if facts.job is not None else None
    if held is None:
        return None
    approvals = list_approvals(facts.resource)
    return next((each for each in approvals if each.episode == held.replace(microsecond=0)), None)


def find_approval_fault(annotations: Mapping[str, str]) -> str | None:
    """Return what is wrong with the annotation, in whole sentences; None where it is absent, empty or right."""
    text = annotations.get(HELD_DELETIONS_APPROVED_ANNOTATION)
    if not text or _read_annotation(annotations) is not None:
        return None
    return (
        f'The annotation {HELD_DELETIONS_APPROVED_ANNOTATION} is "{shorten(text, MAX_QUOTE_LENGTH)}", which is no time '
        "with a zone, and is ignored. Write the time at which the quarantine began, as the condition DeletionsHeld has "
        "it."
    )


def _read_field(resource: Resource) -> datetime | None:
    application = resource.desired.application if resource.desired else None
    deletions = application.accidental_deletions if application else None
    return deletions.approve if deletions else None


def _read_annotation(annotations: Mapping[str, str]) -> datetime | None:
    text = annotations.get(HELD_DELETIONS_APPROVED_ANNOTATION)
    return parse_time(text) if text and is_zoned(text) else None
