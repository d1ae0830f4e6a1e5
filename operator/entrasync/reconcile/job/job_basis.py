"""Reads a job once more directly before a write that is decided on what it is like."""

from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Wait
from entrasync.core.restart.actions import RecoverJob, RestartOnRequest
from entrasync.core.restart.basis import read_basis
from entrasync.reconcile.step.context import Context

CHANGED_JOB_DELAY = timedelta(seconds=10)
"""Pause before the next look when a job is not what the list of jobs showed."""


async def confirm_basis(action: RestartOnRequest | RecoverJob, context: Context, *, what: str) -> None:
    """Read the job: the list that a write was decided on may be old (graph-facts 4.2). `what` begins a sentence.

    Raises `Halted` (WAITING_FOR_REPLICATION) if the job has changed since, and what `SyncApi.get_job` raises.
    """
    job = await context.graph.get_job(action.service_principal_id, action.job_id)
    if job is not None and read_basis(job) == action.basis:
        return
    why = (
        f"Graph lists job {action.job_id} and does not find it by its id"
        if job is None
        else f"job {action.job_id} has changed since Graph listed it: it was started, paused, or its quarantine is "
        "another"
    )
    message = f"{what} is not sent, because {why}. The operator looks again."
    raise Halted(Wait(Reason.WAITING_FOR_REPLICATION, message, CHANGED_JOB_DELAY))
