"""The action on a job's schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action, Difference, Target
from entrasync.core.record.difference_records import hash_differences
from entrasync.core.remote.schema import Schema

MAX_NAMED_DIFFERENCES = 3
"""A forecast names at most this many differences, which keeps it short."""


@dataclass(frozen=True)
class PutSchema(Action):
    """Write the whole schema of a job, which Graph replaces by it, or reset it to that of the template.

    `differences` are what changes.
    """

    target: ClassVar[Target] = "Graph"
    pending_reason: ClassVar[Reason] = Reason.WAITING_FOR_REPLICATION
    pending_message: ClassVar[str] = "The schema was written; Graph does not show it yet."

    service_principal_id: str
    job_id: str
    document: Schema = field(repr=False)
    replaced: Schema = field(repr=False)
    """The schema that Graph shows before it."""
    differences: tuple[Difference, ...]
    wish: str
    """What stands for all that spec wants of the schema."""
    has_drifted: bool = False
    """Whether the schema was as wanted before, so that somebody else has changed it."""
    resets: bool = False
    """Whether Graph itself makes the schema that of the template again."""
    needs_backup: bool = True
    """Whether the schema that it replaces is kept."""

    @property
    def diff_hash(self) -> str:
        """What stands for the differences."""
        return hash_differences(self.differences)

    def describe(self) -> str:
        """Say what it does."""
        named = "; ".join(describe_difference(entry) for entry in self.differences[:MAX_NAMED_DIFFERENCES])
        more = len(self.differences) - MAX_NAMED_DIFFERENCES
        verb = "reset" if self.resets else "change"
        return f"{verb} the schema: {named}" + (f"; and {more} more" if more > 0 else "")

    @property
    def content(self) -> Mapping[str, str]:
        """What tells this change from another one with the same first words."""
        return {"diffHash": self.diff_hash}

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The changes from outside that it undoes."""
        return self.differences if self.has_drifted else ()


def describe_difference(entry: Difference) -> str:
    """Say in a few words what changes."""
    place = entry.field.removeprefix("spec.schema.")
    if entry.wanted is None:
        return f"remove {place}"
    if entry.found is None:
        return f"set {place} to {entry.wanted}"
    return f"set {place} to {entry.wanted} (now {entry.found})"
