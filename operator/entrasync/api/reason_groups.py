"""What a reason asks of a person, and the row that describes a reason."""

from enum import StrEnum
from typing import NamedTuple


class ReasonGroup(StrEnum):
    """What a reason asks of a person. The value is the heading in the documentation."""

    AS_WANTED = "The job is as wanted"
    IN_PROGRESS = "In progress, continues without a person"
    NEEDS_A_PERSON = "A person must act"
    EVENT_ONLY = "Only in Events"


class Row(NamedTuple):
    """One row of the table of reasons."""

    word: str
    """What the API server stores: one word for programs."""

    group: ReasonGroup
    """What the reason asks of a person."""

    meaning: str
    """The sentence that the documentation prints."""


AS_WANTED = ReasonGroup.AS_WANTED
IN_PROGRESS = ReasonGroup.IN_PROGRESS
NEEDS_A_PERSON = ReasonGroup.NEEDS_A_PERSON
EVENT_ONLY = ReasonGroup.EVENT_ONLY
