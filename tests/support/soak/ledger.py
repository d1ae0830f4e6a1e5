"""Every write that must not be doubled and that Graph carried out for the operator.

The simulator's journal keeps only the last requests.
"""

from collections import Counter
from dataclasses import dataclass, field

from graph_simulator.control_client.client import JournalEntry, SimulatorClient
from tests.support.soak.population import Slot

OPERATIONS = ("createJob", "deleteJob", "restartJob", "provisionOnDemand")


@dataclass
class Ledger:
    """Reads on in the journal, again and again."""

    simulator: SimulatorClient
    _entries: dict[str, dict[int, JournalEntry]] = field(
        default_factory=lambda: {operation: {} for operation in OPERATIONS}
    )
    _read_to: dict[str, int] = field(default_factory=dict)

    def read_on(self) -> None:
        """Read what is new, and again what was under way."""
        for operation, entries in self._entries.items():
            found = self.simulator.journal(operation=operation, after=self._read_to.get(operation, 0))
            entries.update({entry.sequence: entry for entry in found})
            open_ones = [entry.sequence for entry in found if entry.end == "under way"]
            if found:
                self._read_to[operation] = min(open_ones) - 1 if open_ones else found[-1].sequence

    def creates(self) -> Counter[Slot]:
        """Count the jobs that the operator created, by service principal and template."""
        return Counter((entry.service_principal, template_of(entry.job)) for entry in self._carried_out("createJob"))

    def deletes(self) -> Counter[Slot]:
        """Count the jobs that the operator deleted, by service principal and template."""
        return Counter((entry.service_principal, template_of(entry.job)) for entry in self._carried_out("deleteJob"))

    def restarts(self) -> Counter[Slot]:
        """Count the restarts, by service principal and template."""
        return Counter((entry.service_principal, template_of(entry.job)) for entry in self._carried_out("restartJob"))

    def provisionings(self) -> Counter[str]:
        """Count what was provisioned on demand, by service principal."""
        return Counter(entry.service_principal for entry in self._carried_out("provisionOnDemand"))

    def _carried_out(self, operation: str) -> list[JournalEntry]:
        return [entry for entry in self._entries[operation].values() if entry.had_effect]


def template_of(job_id: str) -> str:
    """Return the template of a job, with which its id begins."""
    return job_id.partition(".")[0]
