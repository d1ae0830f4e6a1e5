"""What is left when an action is done."""

from dataclasses import dataclass

from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class ActionResult:
    """What an action left.

    The resource as it is now, the job if Graph just sent it, whether Graph must be read anew. A job that `is_assumed`
    is as Graph was told it shall be: enough to go on with, to be seen before the pass ends.
    """

    resource: Resource
    job: RemoteJob | None = None
    needs_look: bool = False
    is_assumed: bool = False
    is_refused: bool = False
    """Graph took nothing; why is among what the next look gathers."""
