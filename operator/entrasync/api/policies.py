"""The words that policies are made of."""

from enum import StrEnum


class AdoptionPolicy(StrEnum):
    """What to do about a job that is already there."""

    ADOPT_OR_CREATE = "AdoptOrCreate"
    ADOPT_ONLY = "AdoptOnly"


class OnMissing(StrEnum):
    """What to do when the job has gone."""

    RECREATE = "Recreate"
    REPORT = "Report"


class ScheduleState(StrEnum):
    """Whether the job shall run."""

    ACTIVE = "Active"
    PAUSED = "Paused"


class DeletionPolicy(StrEnum):
    """What happens to the job in Graph when its resource is deleted."""

    DELETE = "Delete"
    PAUSE = "Pause"
    RETAIN = "Retain"


class ManagementPolicy(StrEnum):
    """Whether the operator writes to Graph."""

    MANAGE = "Manage"
    OBSERVE = "Observe"


class Readiness(StrEnum):
    """What the condition Ready asks for."""

    HEALTHY = "Healthy"
    APPLIED = "Applied"


class ProvisioningScope(StrEnum):
    """Whom the app's jobs provision."""

    ASSIGNED_ONLY = "AssignedOnly"
    ALL = "All"


class OutOfScopeDeletions(StrEnum):
    """What becomes of an account whose user has left the scope."""

    PERFORM = "Perform"
    SKIP = "Skip"


class CredentialValidation(StrEnum):
    """Whether Graph tries credentials out before they are saved."""

    BEFORE_SAVE = "BeforeSave"
    NEVER = "Never"


class OnCredentialDelete(StrEnum):
    """What becomes of saved credentials when the resource is deleted."""

    KEEP = "Keep"
    REMOVE = "Remove"
