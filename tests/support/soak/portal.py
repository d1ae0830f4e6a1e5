"""What happens to jobs in Graph without the operator: people at the portal, and cycles that fail."""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from graph_simulator.control_client.client import ControlError, JobView
from tests.support.operator_environment import OperatorEnvironment
from tests.support.soak.owners import SETTING
from tests.support.soak.population import Population, Resident, find_held_job

REASONS = ("EncounteredQuarantineException", "TooManyDeletes", "EncounteredEscrowProportionThreshold")

REMOVALS_APART = timedelta(days=1)
"""The operator creates no more than three jobs a day for one resource, those without an answer included."""


@dataclass
class Portal:
    """Pauses, starts, changes and removes jobs in Graph, and lets their cycles fail."""

    environment: OperatorEnvironment
    population: Population
    chance: random.Random

    def pause(self) -> None:
        """Somebody pauses a job."""
        self._act("pause", "Disabled")

    def start(self) -> None:
        """Somebody starts a job."""
        self._act("start", "Active")

    def remove(self) -> None:
        """Somebody removes a job that Graph has shown. One that it never showed is not replaced, as a person must look.

        See docs/promises.md.
        """
        resident, now = self.population.choose(self.chance), self.environment.world_time.now()
        if resident.removed_at is not None and now - resident.removed_at < REMOVALS_APART:
            return
        shown = find_held_job(self.environment.job(resident.name))
        self._do(resident, lambda job: self._remove(resident, job) if job.id == shown else None)

    def change_settings(self) -> None:
        """Somebody changes a setting."""
        value = self.chance.choice(("True", "False"))
        self._do(
            self.population.choose(self.chance),
            lambda job: self.environment.simulator.change_job(job.id, settings={SETTING: value}),
        )

    def quarantine(self) -> None:
        """Graph puts a job into quarantine."""
        reason = self.chance.choice(REASONS)
        self._do(self.population.choose(self.chance), lambda job: self.environment.simulator.quarantine(job.id, reason))

    def fail(self) -> None:
        """The next cycles of a job fail, or find errors in entries."""
        outcomes = self.chance.choices(("fail", "entry_errors", "prune_escrows"), weights=(6, 3, 1), k=2)
        self._do(self.population.choose(self.chance), lambda job: self.environment.simulator.script(job.id, *outcomes))

    def nurse(self) -> list[str]:
        """Start, as a person, each job that Graph holds back; return those of them that must still get well."""
        ill = [job for job in self.environment.simulator.jobs() if is_held_back(job)]
        wanted = {resident.slot for resident in self.population.residents.values()}
        for job in ill:
            if (job.service_principal_id, job.template_id) in wanted:
                self.environment.simulator.script(job.id)
                self.environment.simulator.act(job.id, "start")
                self.population.left_as[job.id] = "Active"
        return [job.id for job in ill if (job.service_principal_id, job.template_id) in wanted]

    def _remove(self, resident: Resident, job: JobView) -> None:
        self.environment.simulator.act(job.id, "delete")
        self.population.remove_job(resident, job.id, self.environment.world_time.now())

    def _act(self, action: Any, state: str) -> None:
        def act(job: JobView) -> None:
            self.environment.simulator.act(job.id, action)
            self.population.left_as[job.id] = state

        self._do(self.population.choose(self.chance), act)

    def _do(self, resident: Resident, act: Callable[[JobView], object]) -> None:
        """Do something to the job of a resource, if it has one."""
        jobs = self.environment.simulator.jobs(resident.principal)
        for job in (each for each in jobs if each.template_id == resident.template):
            with suppress(ControlError):  # the operator may have paused or deleted it a moment ago
                act(job)


def is_held_back(job: JobView) -> bool:
    """Whether Graph holds a job back until a person starts it."""
    status = job.graph["status"]
    return status.get("quarantine") is not None or bool(status.get("escrowsPruned"))
