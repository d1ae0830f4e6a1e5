"""The runs of a job that its status has: the last one, the last that succeeded."""

from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.primitives.times import parse_time
from kubectl_entrasync.fleet.job_row import Document
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


def read_run(execution: Document) -> Run | None:
    """Return the run of a document of Graph, None where there is none."""
    if not execution:
        return None
    return Run(
        state=read_text(execution.get("state")),
        began=parse_time(execution.get("timeBegan")),
        ended=parse_time(execution.get("timeEnded")),
        counts={name: count for name in COUNTS if (count := read_count(execution.get(name))) is not None},
        error_code=read_text(read_object(execution.get("error")).get("code")),
        activity_id=read_text(execution.get("activityIdentifier")),
    )


def read_count(value: object) -> int | None:
    """Read a whole number; None when it is anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
