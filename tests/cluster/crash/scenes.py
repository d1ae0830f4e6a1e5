"""One service principal with one resource each, and what is to go wrong between them and Graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graph_simulator.control_client.client import JobView, JournalEntry
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until

BOUND = timedelta(minutes=15)
"""The replication bound: before it has passed, no create is sent anew."""

LONG = 40.0
"""Real seconds within which each bound ends, on a slow machine too."""


@dataclass(frozen=True)
class Scene:
    """A resource and its service principal, told from Graph's side by the journal."""

    place: OperatorEnvironment
    principal: str
    name: str

    def creates(self, *, at_least: int = 0) -> list[JournalEntry]:
        """List every POST that asked for a job, whatever became of it."""
        return self.place.world.journal(operation="createJob", service_principal=self.principal, at_least=at_least)

    def looks_between(self, first: JournalEntry, then: JournalEntry | None = None) -> list[JournalEntry]:
        """List the looks at the jobs after one request, and before another if given."""
        looks = self.place.world.journal(operation="listJobs", service_principal=self.principal, after=first.sequence)
        return [look for look in looks if then is None or look.sequence < then.sequence]

    def decided_at(self, create: JournalEntry) -> datetime:
        """When the look ended in a create: the bound is counted from the intent, which is written between the two."""
        looks = self.place.world.journal(operation="listJobs", service_principal=self.principal)
        return [look for look in looks if look.sequence < create.sequence][-1].world_time

    def jobs(self) -> list[JobView]:
        """List the jobs there are, seen by Graph's callers or not."""
        return self.place.world.jobs(self.principal)

    def resource(self) -> Object:
        """Look at the resource."""
        return self.place.job(self.name)

    def settle(self, *, besides: str | None = None) -> Object:
        """Wait until the resource is Ready with a job there is, not with one deleted, and nothing is unfinished."""

        def is_settled(found: Object) -> bool:
            status = found.get("status", {})
            is_ready = condition(found, "Ready").get("status") == "True"
            job_id = status.get("job", {}).get("id")
            return is_ready and "operation" not in status and job_id != besides and job_id in self.job_ids()

        return self.place.wait(self.name, is_settled, f"{self.name} holds a job and is Ready", LONG)

    def job_ids(self) -> set[str]:
        """The ids of the jobs there are."""
        return {job.id for job in self.jobs()}

    def assert_one_job_by_one_post(self, *, besides: str | None = None) -> None:
        """One job in the end, which the resource holds, and one POST wherever the first arrived.

        `besides` was there before and is deleted by now; what brought it does not count.
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


def new_scene(
    place: OperatorEnvironment,
    *,
    creation: dict[str, Any] | None = None,
    templates: Sequence[str] = ("scim",),
    name: str = "",
) -> Scene:
    """Make a service principal; its resource is not applied yet."""
    principal = place.world.create_service_principal(templates=list(templates), creation=creation)
    return Scene(place, principal.id, name or f"scene-{principal.id}")


def apply(scene: Scene, **spec: Any) -> Scene:
    """Apply the scene's resource."""
    scene.place.apply_job(scene.principal, name=scene.name, **spec)
    return scene


def holds_a_job(found: Object) -> bool:
    """Whether the resource has written down which job it holds."""
    return "entrasync.io/job-id" in found["metadata"].get("annotations", {})


def wait_until_world(place: OperatorEnvironment, moment: datetime) -> None:
    """Wait until it is `moment` in the world."""
    until(place.world.now, lambda now: now >= moment, what=f"it is {moment} in the world", within_seconds=LONG)
