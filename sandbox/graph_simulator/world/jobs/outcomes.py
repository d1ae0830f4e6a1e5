from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from graph_simulator.world.enums import QuarantineReason
from graph_simulator.world.jobs.executions import BAD_CREDENTIALS, SynchronizationError

OutcomeKind = Literal["succeed", "entry_errors", "fail", "quarantine", "prune_escrows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a cycle ends. What is None is drawn from the job's own seed.

    `succeed` and `entry_errors` are good cycles unless `escrowed` crosses one of Graph's thresholds; `fail` fails as a
    whole; `quarantine` ends with `reason`; `prune_escrows` has the errors cleared and the job paused by Graph.
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
    """Whether a good cycle leaves nothing to catch up with."""


SUCCEED = Outcome()
FAIL = Outcome(kind="fail", error=BAD_CREDENTIALS)


def find_threshold(escrowed: int, references: int, events: int) -> QuarantineReason | None:
    """Tell which escrow threshold is crossed, if any.

    Source: graph-facts 4.6. Judged from 5,000 failures on: more than 60,000 with references, more than 40,000 without
    them, or more than 40 % of all events.
    """
    total = escrowed + references
    if total < 5_000:
        return None
    if total > 60_000:
        return "EncounteredTotalEscrowThreshold"
    if escrowed > 40_000:
        return "EncounteredBaseEscrowThreshold"
    return "EncounteredEscrowProportionThreshold" if total > 0.4 * max(events, 1) else None
