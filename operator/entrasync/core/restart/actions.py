"""The actions that restart a job."""

from dataclasses import dataclass
from typing import ClassVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action, Target
from entrasync.core.restart.basis import Basis
from entrasync.core.restart.requests import RestartRequest


@dataclass(frozen=True)
class RestartJob(Action):
    """Restart the job with the default scopes; the status already records that this is due."""

    target: ClassVar[Target] = "Graph"
    pending_reason: ClassVar[Reason] = Reason.WAITING_FOR_REPLICATION
    pending_message: ClassVar[str] = "Graph does not show yet what it was told."

    service_principal_id: str
    job_id: str

    def describe(self) -> str:
        """Say what it does."""
        return f"restart job {self.job_id}"


@dataclass(frozen=True)
class RestartOnRequest(Action):
    """Restart the job as somebody asks by a token."""

    target: ClassVar[Target] = "Graph"
    pending_reason: ClassVar[Reason] = Reason.WAITING_FOR_REPLICATION
    pending_message: ClassVar[str] = "Graph does not show yet what it was told."

    service_principal_id: str
    job_id: str
    request: RestartRequest
    basis: Basis
    """What of the job it was decided on."""

    def describe(self) -> str:
        """Say what it does."""
        return f"restart job {self.job_id} with {', '.join(self.request.scopes)}, as {self.request.source} asks"


@dataclass(frozen=True)
class RecoverJob(Action):
    """Start a job in quarantine, which lifts the quarantine until the next cycle that fails. `cause` says why."""

    target: ClassVar[Target] = "Graph"
    pending_reason: ClassVar[Reason] = Reason.STARTING
    pending_message: ClassVar[str] = "The job was started to end its quarantine; Graph does not show it yet."

    service_principal_id: str
    job_id: str
    cause: str
    basis: Basis
    """What of the job it was decided on."""

    def describe(self) -> str:
        """Say what it does."""
        return f"start job {self.job_id} to end its quarantine"
