"""The condition types of a resource: one table, each with the meaning that the documentation prints.

Conditions follow kstatus: `Ready` is always present, `Reconciling` and `Stalled` only while they are true.
"""

from enum import StrEnum
from typing import Self


class ConditionType(StrEnum):
    """What a condition states about a resource."""

    meaning: str

    # The default is for the type checker, which takes `ConditionType("Ready")` for a call of this method.
    def __new__(cls, word: str, meaning: str = "") -> Self:
        """Make a member from its row. The member equals its word."""
        condition_type = str.__new__(cls, word)
        condition_type._value_ = word
        condition_type.meaning = meaning
        return condition_type

    READY = (
        "Ready",
        "Graph matches the spec, and the job is healthy: it is not in quarantine and Graph has not paused it.",
    )
    APPLIED = ("Applied", "Graph matches the spec of this generation.")
    RECONCILING = ("Reconciling", "Work is in progress or waits for Graph. It continues without a person.")
    STALLED = (
        "Stalled",
        "A person must act. The message says what to do and where. The operator still checks again, at a slow rate.",
    )
    QUARANTINED = ("Quarantined", "Graph put the job in quarantine. The reason is Graph's own.")
    OVERDUE = ("Overdue", "No run has succeeded within spec.freshness.maxAge. Absent while the job is paused.")
    CREDENTIALS_VALID = (
        "CredentialsValid",
        "Graph accepted the target app's credentials before they were saved. False: Graph refused them, and the "
        "credentials that it had before stay in force.",
    )
    STEADY_STATE = ("SteadyState", "The job has caught up with its source at least once.")
    SCHEDULE_APPLIED = (
        "ScheduleApplied",
        "False while Graph runs the job at another interval than spec.schedule.interval.",
    )
    ESCROWS_PRUNED = ("EscrowsPruned", "Graph cleared the failures of the initial cycle. A person must look.")
    DELETIONS_HELD = (
        "DeletionsHeld",
        "Graph holds back deletions, because they are more than the threshold. The message says how to approve them.",
    )
    DRIFTED = ("Drifted", "Only under managementPolicy Observe: Graph differs from the spec. The message says how.")
    FOREIGN_SECRET_LOST = (
        "ForeignSecretLost",
        "When the operator saved its own secrets, a secret of somebody else vanished. The operator writes no secret "
        "in this tenant until a person has looked.",
    )
    DEFAULTS_IN_DOUBT = (
        "DefaultsInDoubt",
        "The operator does not know what the namespace wants where the spec sets nothing. The cautious value holds "
        "meanwhile: Observe, and Retain when the resource is deleted.",
    )
