"""The action on a job's own settings."""

from dataclasses import dataclass
from typing import ClassVar

from entrasync.core.decision.action import Action, Difference, Target
from entrasync.core.remote.job_settings import SettingDifference
from entrasync.core.remote.jobs import RemoteJob


@dataclass(frozen=True)
class PatchSettings(Action):
    """Set those of the job's own settings that the spec names.

    `job` as it was seen has the other settings, which are sent along. `drifted` has the differences that somebody made
    after the settings were as wanted.
    """

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    job: RemoteJob
    wanted: tuple[tuple[str, str], ...]
    differences: tuple[SettingDifference, ...]
    drifted: tuple[SettingDifference, ...] = ()
    consequence: str = ""
    """What a refusal holds back, as one more sentence."""

    def describe(self) -> str:
        """Say what it does."""
        return "set " + ", ".join(f'{entry.name} to "{entry.wanted}"' for entry in self.differences)

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The changes from outside that it undoes."""
        return tuple(Difference(f"settings[{entry.name}]", entry.wanted, entry.found) for entry in self.drifted)
