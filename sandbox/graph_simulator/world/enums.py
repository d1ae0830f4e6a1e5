"""Defines Graph's enums as literals (graph-facts 2, "Enums")."""

from typing import Literal, get_args

StatusCode = Literal["NotConfigured", "NotRun", "Active", "Paused", "Quarantine"]
ScheduleState = Literal["Active", "Disabled", "Paused"]
ExecutionState = Literal["Succeeded", "Failed", "EntryLevelErrors"]
QuarantineReason = Literal[
    "EncounteredBaseEscrowThreshold",
    "EncounteredTotalEscrowThreshold",
    "EncounteredEscrowProportionThreshold",
    "EncounteredQuarantineException",
    "Unknown",
    "QuarantinedOnDemand",
    "TooManyDeletes",
    "IngestionInterrupted",
]

QUARANTINE_REASONS: tuple[QuarantineReason, ...] = get_args(QuarantineReason)
