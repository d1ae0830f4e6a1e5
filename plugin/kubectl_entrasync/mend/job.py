"""A SynchronizationJob as far as requests go: what was asked of it, and what its status answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.core.primitives.json_values import read_object
from entrasync.core.record.job_record import JobRecord, read_record
from entrasync.core.record.schedule_record import PausedBy
from entrasync.core.remote.jobs import RemoteJob

_NOTHING_SAID = "The operator has not said anything about it yet."


@dataclass(frozen=True)
class Job:
    """One SynchronizationJob as its document shows it."""

    namespace: str
    name: str
    uid: str
    spec: Mapping[str, Any]
    annotations: Mapping[str, str]
    is_deleting: bool
    record: JobRecord

    @property
    def arguments(self) -> str:
        """What names it on a command line."""
        return f"{self.name} -n {self.namespace}"

    @property
    def remote(self) -> RemoteJob:
        """Graph's job as the operator saw it last."""
        return self.record.mirrored_job

    @property
    def is_suspended(self) -> bool:
        """Whether the operator leaves it alone."""
        return self.spec.get("suspend") is True

    @property
    def is_observe_only(self) -> bool:
        """Whether the operator writes nothing to Graph for it, by its spec or by a default."""
        policy = self.spec.get("managementPolicy") or self.record.effective.management_policy
        return policy == ManagementPolicy.OBSERVE

    @property
    def is_held(self) -> bool:
        """Whether somebody holds it by the annotation."""
        return bool(self.annotations.get(HOLD_UNTIL_ANNOTATION))

    @property
    def wanted_state(self) -> str | None:
        """The state of the schedule that spec asks for."""
        return read_object(self.spec.get("schedule")).get("state")

    @property
    def is_paused_on_purpose(self) -> bool:
        """Whether it is paused by a person or by the operator, and no start was sent that does not show yet."""
        pause = self.record.pause
        if pause is None or pause.is_start_sent or not self.remote.is_paused:
            return False
        return pause.by is not PausedBy.GRAPH or self.wanted_state == ScheduleState.PAUSED

    def has_handled(self, token: str) -> bool:
        """Whether the operator has looked at Graph since it was asked with this token."""
        return self.record.last_handled_reconcile_at == token

    def is_settled(self, token: str) -> bool:
        """Whether the operator has looked and has nothing more to do by itself."""
        return self.has_handled(token) and not self.record.is_true(ConditionType.RECONCILING)

    def say(self, kind: ConditionType = ConditionType.READY) -> str:
        """Return what a condition says, in the operator's words."""
        condition = self.record.conditions.get(kind)
        return condition.message if condition and condition.message else _NOTHING_SAID


def read_job(document: Mapping[str, Any]) -> Job:
    """Read a document of the API server."""
    metadata = document["metadata"]
    return Job(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        spec=read_object(document.get("spec")),
        annotations=read_object(metadata.get("annotations")),
        is_deleting="deletionTimestamp" in metadata,
        record=read_record(document.get("status")),
    )
