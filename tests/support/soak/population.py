"""What must be true of each resource and of each job, by what the driver did to them."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.support.cluster import Object

Slot = tuple[str, str]
"""A service principal and a template. There is at most one job for it at any time."""

JOB_ID, RESTART = "entrasync.io/job-id", "RestartJob"


@dataclass
class Resident:
    """A resource that lives, and what its owner wants of the job."""

    name: str
    principal: str
    template: str
    spec: Object
    """The spec as it stands."""
    found: frozenset[str]
    """The jobs that were there when it was applied: it adopts one instead of creating one."""
    secret: str = ""
    """The Secret that its credentials come from; empty if it has none."""
    token: str = ""
    """The newest value in that Secret."""
    removed_at: datetime | None = None
    """When somebody last removed its job in Graph."""
    events: list[str] = field(default_factory=list)
    """What the driver did to it and to its job, for the report of a failure."""

    @property
    def slot(self) -> Slot:
        """Which job it wants."""
        return self.principal, self.template

    @property
    def leaves_state(self) -> bool:
        """Whether the operator neither starts nor pauses the job that it found."""
        return bool(self.found) and "state" not in self.spec.get("schedule", {})

    def wanted_state(self, job_id: str) -> str | None:
        """Return Graph's state that the job must have; None if that is what people made it."""
        if self.leaves_state and job_id in self.found:
            return None
        return "Disabled" if self.spec.get("schedule", {}).get("state") == "Paused" else "Active"

    def deletion_policy(self, held: str | None) -> str | None:
        """Return what becomes of the job that it holds when it is deleted; None if that cannot be known."""
        if self.spec.get("suspend") or self.spec.get("managementPolicy") == "Observe":
            return "Retain"
        if "deletionPolicy" in self.spec:
            return str(self.spec["deletionPolicy"])
        if not self.found:
            return "Delete"
        return None if held is None else "Retain" if held in self.found else "Delete"


@dataclass(frozen=True)
class Remains:
    """What must be left in Graph of a resource that was deleted."""

    name: str
    slot: Slot
    policy: str | None
    job_id: str | None
    """The job that must live on. None: none was certain, or none may."""
    deleted_at: datetime


@dataclass
class Population:
    """Everything that the driver made, and what it did to the jobs in Graph."""

    residents: dict[str, Resident] = field(default_factory=dict)
    remains: dict[Slot, Remains] = field(default_factory=dict)
    creates_due: Counter[Slot] = field(default_factory=Counter)
    """How many jobs the operator may have created for a slot."""
    deletes_due: Counter[Slot] = field(default_factory=Counter)
    """How many jobs the operator may have deleted of a slot."""
    restarts_due: Counter[Slot] = field(default_factory=Counter)
    """How often somebody has asked for something that restarts the job of a slot."""
    requests: dict[str, str] = field(default_factory=dict)
    """The ProvisioningRequests, each with the service principal of its job."""
    removed: set[str] = field(default_factory=set)
    """The jobs that people removed in Graph."""
    left_as: dict[str, str] = field(default_factory=dict)
    """The state in which people left a job."""
    chosen: Resident | None = None

    def choose(self, chance: random.Random) -> Resident:
        """Choose the resource to which something happens."""
        self.chosen = chance.choice(list(self.residents.values()))
        return self.chosen

    def choose_one_with_secret(self, chance: random.Random) -> Resident | None:
        """Choose one that has credentials, if there is any."""
        those = [each for each in self.residents.values() if each.secret]
        self.chosen = chance.choice(those) if those else None
        return self.chosen

    def note(self, what: str, now: datetime) -> None:
        """Note what has happened to the resource that was chosen last."""
        if self.chosen is not None:
            self.chosen.events.append(f"{now:%d %H:%M:%S} {what}")
        self.chosen = None

    def settle(self, resident: Resident) -> None:
        """Take in a resource that was applied."""
        self.residents[resident.name] = resident
        self.remains.pop(resident.slot, None)
        self.creates_due[resident.slot] += not resident.found

    def remove_job(self, resident: Resident, job_id: str, now: datetime) -> None:
        """Note that somebody removed the job of a resource, which must be replaced."""
        resident.removed_at = now
        self.removed.add(job_id)
        self.creates_due[resident.slot] += 1

    def bury(self, resident: Resident, last_seen: Object, now: datetime) -> None:
        """Note that a resource was deleted, which was `last_seen` so."""
        del self.residents[resident.name]
        held = find_held_job(last_seen)
        policy = resident.deletion_policy(held)
        self.deletes_due[resident.slot] += policy in {"Delete", None}
        is_certain = policy in {"Retain", "Pause"} and held not in self.removed
        kept = held if is_certain else None
        self.remains[resident.slot] = Remains(resident.name, resident.slot, policy, kept, now)


def find_held_job(resource: Object) -> str | None:
    """Return the job that a resource holds for sure: none while a create is under way."""
    status = resource.get("status") or {}
    if status.get("operation", {}).get("action", RESTART) != RESTART:
        return None
    annotated = resource["metadata"].get("annotations", {}).get(JOB_ID)
    held = annotated or status.get("job", {}).get("id")
    return str(held) if held else None
