"""Defines how cycles may end, and Graph's escrow thresholds."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from graph_simulator.world.enums import QuarantineReason
from graph_simulator.world.jobs.executions import BAD_CREDENTIALS, SynchronizationError

OutcomeKind = Literal["succeed", "entry_errors", "fail", "quarantine", "prune_escrows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a cycle ends. Values that are None are derived from the job's own seed.

    `succeed` and `entry_errors` succeed unless `escrowed` crosses one of Graph's thresholds; `fail` fails as a whole;
    `quarantine` ends in a quarantine with `reason`; with `prune_escrows` Graph clears the errors and pauses the job.
    """

    kind: OutcomeKind = "succeed"
    reason: QuarantineReason | None = None
    error: SynchronizationError | None = None
    duration: timedelta | None = None
    imported: int | None = None
    exported: int | None = None
    escrowed: int = 0
    escrowed_references: int = 0
    steady: bool = True
    """Whether the job has caught up with its source after a successful cycle."""


SUCCEED = Outcome()
FAIL = Outcome(kind="fail", error=BAD_CREDENTIALS)


def find_threshold(escrowed: int, references: int, events: int) -> QuarantineReason | None:
    """Return which escrow threshold is crossed; None if there is none (graph-facts 4.6).

    From 5,000 failures on, the thresholds are 60,000 failures with references, 40,000 without them, and 40 % of all
    events.
    """
    total = escrowed + references
    if total < 5_000:
        return None
    if total > 60_000:
        return "EncounteredTotalEscrowThreshold"
    if escrowed > 40_000:
        return "EncounteredBaseEscrowThreshold"
    return "EncounteredEscrowProportionThreshold" if total > 0.4 * max(events, 1) else None
