"""Cases of one service principal with one resource, and what goes wrong between them and Graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graph_simulator.control_client.client import JobView, JournalEntry
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until

BOUND = timedelta(minutes=15)
"""The replication bound: before it has passed, no create is sent again."""

LONG = 40.0
"""Real seconds within which each bound ends, on a slow machine too."""


@dataclass(frozen=True)
class Case:
    """A resource and its service principal, with what the journal of Graph says of them."""

    environment: OperatorEnvironment
    principal: str
    name: str

    def creates(self, *, at_least: int = 0) -> list[JournalEntry]:
        """List every POST that asked for a job, whatever its result."""
        return self.environment.simulator.journal(
            operation="createJob", service_principal=self.principal, at_least=at_least
        )

    def reads_between(self, first: JournalEntry, then: JournalEntry | None = None) -> list[JournalEntry]:
        """List the reads of the jobs after one request, and before another if one is given."""
        looks = self.environment.simulator.journal(
            operation="listJobs", service_principal=self.principal, after=first.sequence
        )
        return [look for look in looks if then is None or look.sequence < then.sequence]

    def decided_at(self, create: JournalEntry) -> datetime:
        """Return the time of the read before a create: the bound counts from the intent, written between the two."""
        looks = self.environment.simulator.journal(operation="listJobs", service_principal=self.principal)
        return [look for look in looks if look.sequence < create.sequence][-1].world_time

    def jobs(self) -> list[JobView]:
        """List the existing jobs, whether Graph shows them or not."""
        return self.environment.simulator.jobs(self.principal)

    def count_looks(self, after: JournalEntry, before: JournalEntry) -> int:
        """Count how often the jobs were listed between two calls."""
        looks = self.environment.simulator.journal(operation="listJobs", service_principal=self.principal)
        return sum(after.sequence < look.sequence < before.sequence for look in looks)

    def resource(self) -> Object:
        """Read the resource."""
        return self.environment.job(self.name)

    def settle(self, *, besides: str | None = None) -> Object:
        """Wait until the resource is Ready with an existing job and nothing is unfinished."""

        def is_settled(found: Object) -> bool:
            status = found.get("status", {})
            is_ready = condition(found, "Ready").get("status") == "True"
            job_id = status.get("job", {}).get("id")
            return is_ready and "operation" not in status and job_id != besides and job_id in self.job_ids()

        return self.environment.wait(self.name, is_settled, f"{self.name} holds a job and is Ready", LONG)

    def job_ids(self) -> set[str]:
        """Return the ids of the existing jobs."""
        return {job.id for job in self.jobs()}

    def assert_one_job_by_one_post(self, *, besides: str | None = None) -> None:
        """Check that there is one job, which the resource holds, and no POST after the first that arrived.

        The job `besides` existed before and is deleted by now. The POST that made it does not count.
        """
        found = self.settle(besides=besides)
        [job] = self.jobs()
        assert found["status"]["job"]["id"] == job.id
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
        assert found["metadata"]["annotations"]["entrasync.io/job-origin"] == "Created"
        creates = [create for create in self.creates() if besides is None or create.job != besides]
        arrived = [create for create in creates if create.had_effect]
        assert [create.job for create in arrived] == [job.id]
        assert creates[-1] == arrived[0]


def new_case(
    environment: OperatorEnvironment,
    *,
    creation: dict[str, Any] | None = None,
    templates: Sequence[str] = ("scim",),
    name: str = "",
) -> Case:
    """Make a service principal. Its resource is not applied yet."""
    principal = environment.simulator.create_service_principal(templates=list(templates), creation=creation)
    return Case(environment, principal.id, name or f"case-{principal.id}")


def apply(case: Case, **spec: Any) -> Case:
    """Apply the resource of a case."""
    case.environment.apply_job(case.principal, name=case.name, **spec)
    return case


def holds_a_job(found: Object) -> bool:
    """Return whether the resource has recorded which job it holds."""
    return "entrasync.io/job-id" in found["metadata"].get("annotations", {})


def wait_until_simulated(environment: OperatorEnvironment, moment: datetime) -> None:
    """Wait until it is `moment` on the simulator's clock."""
    until(
        environment.simulator.now,
        lambda now: now >= moment,
        what=f"the clock shows {moment}",
        within_seconds=LONG,
    )
