"""What a pass can do. One write to Graph each at most, and one function each in `reconcile/controller/perform.py`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from entrasync.core.remote.job_settings import SettingDifference
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.schedule.pause import Pause

Origin = Literal["Created", "Adopted"]


@dataclass(frozen=True)
class AddFinalizer:
    """Hold the resource before anything in Graph depends on it."""


@dataclass(frozen=True)
class CreateJob:
    """Record the intent, POST, record the id: the three steps that survive a crash at any point."""

    service_principal_id: str
    template_id: str
    job_ids_before: frozenset[str]


@dataclass(frozen=True)
class ForgetCreate:
    """Forget an unanswered create that never brought a job, where the spec no longer allows another."""


@dataclass(frozen=True)
class HoldJob:
    """Write down that this resource holds a job: annotation and, if it is missing, the finalizer."""

    job_id: str
    origin: Origin


@dataclass(frozen=True)
class StartJob:
    """Start the job. `corrects_drift` says that a person had paused it."""

    service_principal_id: str
    job_id: str
    corrects_drift: bool = False


@dataclass(frozen=True)
class PauseJob:
    """Pause the job. `corrects_drift` says that a person had started it.

    `record` is written down first where the job shall go on by itself afterwards: a crash must not lose that.
    """

    service_principal_id: str
    job_id: str
    corrects_drift: bool = False
    record: Pause | None = field(default=None, compare=False)


@dataclass(frozen=True)
class PatchSettings:
    """Set those of the job's own settings that the spec names; `job` as it was seen has the others, sent along.

    `drift` has the differences that somebody made after the settings were as wanted.
    """

    service_principal_id: str
    job: RemoteJob
    wanted: tuple[tuple[str, str], ...]
    differences: tuple[SettingDifference, ...]
    drift: tuple[SettingDifference, ...] = ()


@dataclass(frozen=True)
class AskInterval:
    """Ask Graph for an interval, ISO 8601, and write down what it answered.

    `answer_before` is what came of asking for it before, which settled nothing; a second answer does, whatever it is.
    Until `young_until` a 404 or 409 may be replication.
    """

    service_principal_id: str
    job_id: str
    interval: str
    answer_before: str | None = None
    young_until: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class DeleteJob:
    """Delete the job in Graph; synced accounts stay as they are."""

    service_principal_id: str
    job_id: str


@dataclass(frozen=True)
class ReleaseResource:
    """Remove the finalizer: the resource may go. `message` tells what became of the job."""

    message: str


@dataclass(frozen=True)
class SaveSecrets:
    """Have Graph try `tried` (None: nothing), then save `values`.

    `needs_restart` says that the job must be restarted for it; `corrects_drift` has the keys that somebody changed,
    `changed_settings` those members of spec.application that share the key of notification settings.
    """

    service_principal_id: str
    job_id: str
    values: SecretValues
    tried: SecretValues | None = field(default=None)
    needs_restart: bool = False
    corrects_drift: frozenset[str] = frozenset()
    changed_settings: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RemoveSecrets:
    """Remove credentials that we had saved."""

    service_principal_id: str
    keys: frozenset[str]


@dataclass(frozen=True)
class RestartJob:
    """Restart the job with the default scopes; it was written down that this is due."""

    service_principal_id: str
    job_id: str


@dataclass(frozen=True)
class ForgetAcknowledgement:
    """Take away an acknowledgement that was given for an earlier loss of secrets."""


@dataclass(frozen=True)
class CheckForeignKeys:
    """Look whether keys of others outlived a write of ours, before the resource goes."""

    service_principal_id: str


ApplicationAction = SaveSecrets | RemoveSecrets | RestartJob | ForgetAcknowledgement | CheckForeignKeys
"""What `reconcile/application/writer.py` carries out."""

GraphWrite = (
    CreateJob | StartJob | PauseJob | PatchSettings | AskInterval | DeleteJob | SaveSecrets | RemoveSecrets | RestartJob
)
"""What changes something in Graph: never done for a resource that only observes."""

KubernetesWrite = AddFinalizer | ForgetCreate | HoldJob | ReleaseResource | ForgetAcknowledgement
"""What changes our own resource only."""

Action = GraphWrite | KubernetesWrite | CheckForeignKeys
