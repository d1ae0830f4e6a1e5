"""The runs of a job that its status has: the last one, the last that succeeded."""

from entrasync.core.remote.synchronization_status import Execution
from kubectl_entrasync.report.model import Run

COUNTS = {
    "countImported": "objects read",
    "countImportedDeltas": "changed objects read",
    "countImportedReferenceDeltas": "changed references read",
    "countEntitled": "objects in scope",
    "countEntitledForProvisioning": "objects entitled to be provisioned",
    "countExports": "objects to write",
    "countExported": "objects written",
    "countEscrowed": "failed objects put aside",
    "countEscrowedRaw": "failures, repeated ones included",
}
"""Graph's counts of a run (graph-facts 4), in the order of a run, with what they say."""


def read_run(execution: Execution) -> Run | None:
    """Return an execution as a run of the report, None where Graph shows none."""
    if execution == Execution():
        return None
    return Run(
        state=execution.state,
        began=execution.began_at,
        ended=execution.ended_at,
        counts={name: execution.counts[name] for name in COUNTS if name in execution.counts},
        error_code=execution.error.code if execution.error else None,
        activity_id=execution.activity_id,
    )
