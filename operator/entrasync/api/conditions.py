"""The condition types of a resource: one table, each with the meaning that the documentation prints.

Conditions follow kstatus: `Ready` is always present, `Reconciling` and `Stalled` only while they are true.
"""

from enum import StrEnum
from typing import Self

from entrasync.api.reasons import Reason as Reason


class ConditionType(StrEnum):
    """What a condition states about a resource."""

    meaning: str

    # The default is for `ConditionType("Ready")`, which finds a member by its word.
    def __new__(cls, word: str, meaning: str = "") -> Self:
        """Make a member from its row. The member equals its word."""
        condition_type = str.__new__(cls, word)
        condition_type._value_ = word
        condition_type.meaning = meaning
        return condition_type

    READY = ("Ready", "Graph matches the spec and the job is fit: not in quarantine, not paused by Graph.")
    APPLIED = ("Applied", "Graph matches the spec of this generation.")
    RECONCILING = ("Reconciling", "Work is under way or waiting for Graph, and will go on by itself.")
    STALLED = ("Stalled", "A person must act; the message says what and where. Still looked at again, slowly.")
    QUARANTINED = ("Quarantined", "Graph put the job in quarantine; the reason is Graph's own.")
    OVERDUE = ("Overdue", "No run has succeeded within spec.freshness.maxAge. Absent while the job is paused.")
    CREDENTIALS_VALID = (
        "CredentialsValid",
        "Graph accepted the target app's credentials before they were saved. False: it refused them, and what Graph had"
        " before is still in force.",
    )
    STEADY_STATE = ("SteadyState", "The job has caught up with its source at least once.")
    SCHEDULE_APPLIED = (
        "ScheduleApplied",
        "False while Graph runs the job on another interval than spec.schedule.interval.",
    )
    ESCROWS_PRUNED = ("EscrowsPruned", "Graph cleared the failures of the initial cycle; a person must look.")
    DRIFTED = ("Drifted", "Only under managementPolicy Observe: Graph differs from the spec; the message says how.")
    FOREIGN_SECRET_LOST = (
        "ForeignSecretLost",
        "When the operator saved its own secrets, one of somebody else's vanished. No secret is written in this tenant"
        " until a person has looked.",
    )
    DEFAULTS_IN_DOUBT = (
        "DefaultsInDoubt",
        "It is not known what the namespace wants where the spec is silent; the cautious value holds meanwhile:"
        " Observe, and Retain when the resource is deleted.",
    )
