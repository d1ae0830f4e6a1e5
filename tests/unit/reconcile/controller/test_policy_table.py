"""Every combination of policy, event and remote state, with the exact calls that it makes.

Three events: a resource is first seen, one that holds a job is polled, one is deleted. Each has a table of what we
promise in tests/data/policies. The real reconciler runs between the fakes of Graph and of the API server.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from entrasync.api.names import FINALIZER
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, ManagementPolicy, OnMissing, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
from entrasync.reconcile.state.listings import Listings
from tests.support.decision_table import Cell, DecisionTable, Row
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    TENANT,
    ago,
    desired,
    holder,
    minutes,
    operation,
    quarantined_job,
    remote_job,
    resource,
)
from tests.support.reconciler_harness import ReconcilerHarness

POLICIES = Path(__file__).parents[3] / "data" / "policies"
CONTOSO = ObjectKey("identity", "contoso")
UNKNOWN = GraphAnswer(404, "", "", "request")
MOST_PASSES = 15
CALLS = {
    "list_jobs": "list",
    "get_job": "get",
    "create_job": "create",
    "start_job": "start",
    "pause_job": "pause",
    "delete_job": "delete",
    "has_service_principal": "has",
}

FIRST_SEEN = DecisionTable.read(
    POLICIES / "first_seen.md",
    suspend="no yes",
    connection="up down gone lost",
    policy="Manage Observe",
    adoption="AdoptOrCreate AdoptOnly jobId",
    state="unset Active Paused",
    remote="none no-principal other running at-rest by-Graph several foreign ill",
)

POLLED = DecisionTable.read(
    POLICIES / "polled.md",
    suspend="no yes",
    connection="up down gone lost",
    policy="Manage Observe",
    origin="Created Adopted",
    state="unset Active Paused",
    missing="Recreate Report jobId AdoptOnly",
    remote="none no-principal running by-person by-us by-Graph ill several foreign",
)

DELETED = DecisionTable.read(
    POLICIES / "deleted.md",
    suspend="no yes",
    abandon="no yes",
    connection="up down gone lost",
    policy="Manage Observe",
    origin="none creating Created Adopted",
    deletion="unset Delete Pause Retain",
    remote="none no-principal running by-person by-Graph ill several foreign",
)


def find_rows(table: DecisionTable) -> list[Any]:
    return [pytest.param(row, id=str(row)) for row in table.rows]


@pytest.mark.parametrize("row", find_rows(FIRST_SEEN))
async def test_a_new_resource_ends_as_the_table_says(row: Row) -> None:
    assert await find_wrong(FIRST_SEEN, row, first_seen) == {}


@pytest.mark.parametrize("row", find_rows(POLLED))
async def test_a_polled_resource_ends_as_the_table_says(row: Row) -> None:
    assert await find_wrong(POLLED, row, polled) == {}


@pytest.mark.parametrize("row", find_rows(DELETED))
async def test_a_deleted_resource_ends_as_the_table_says(row: Row) -> None:
    assert await find_wrong(DELETED, row, deleted) == {}


async def find_wrong(table: DecisionTable, row: Row, run: Any) -> dict[str, tuple[tuple[str, ...], Any]]:
    """Run all cases that a row decides. Returns those with another outcome: the expected one and the one found."""
    cells = table.decided_by(row)
    assert cells, "a row that decides nothing"
    ended = {" ".join(cell.values()): await run(cell) for cell in cells}
    return {name: (row.outcome, found) for name, found in ended.items() if found != row.outcome}


async def first_seen(cell: Cell) -> tuple[str, ...]:
    harness = CallRecordingHarness()
    set_up_graph(harness, cell["remote"])
    wish = wish_of(cell, schedule_state=state_of(cell))
    if cell["adoption"] == "jobId":
        wish = replace(wish, job_id=JOB)
    else:
        wish = replace(wish, adoption_policy=AdoptionPolicy(cell["adoption"]))
    key = harness.apply(resource(wish, finalizers=()))
    connect(harness, cell["connection"])
    await harness.run(key)
    return calls_of(harness), writes_of(harness), *reported(harness, key)


async def polled(cell: Cell) -> tuple[str, ...]:
    harness = CallRecordingHarness()
    set_up_graph(harness, cell["remote"])
    wish = replace(wish_of(cell, schedule_state=state_of(cell)), **MISSING[cell["missing"]])
    known = PAUSED_BY_US if cell["remote"] == "by-us" else {}
    key = harness.apply(holder(wish=wish, origin=cell["origin"], status=known))
    connect(harness, cell["connection"])
    await run_until_settled(harness, key)
    drift = harness.status(key).get("lastDrift", {}).get("differences", ())
    return calls_of(harness), writes_of(harness), *reported(harness, key), " ".join(each["field"] for each in drift)


async def deleted(cell: Cell) -> tuple[str, ...]:
    harness = CallRecordingHarness()
    set_up_graph(harness, cell["remote"])
    wish = wish_of(cell, deletion_policy=None if cell["deletion"] == "unset" else DeletionPolicy(cell["deletion"]))
    subject = resource(wish) if cell["origin"] in WITHOUT_JOB else holder(wish=wish, origin=cell["origin"])
    subject = replace(subject, status=WITHOUT_JOB.get(cell["origin"], subject.status))
    subject = replace(subject, finalizers=(FINALIZER,))
    asked = {"entrasync.io/abandon": "true"} if cell["abandon"] == "yes" else {}
    key = harness.apply(replace(subject, is_deleting=True, annotations={**subject.annotations, **asked}))
    connect(harness, cell["connection"])
    await run_until_settled(harness, key)
    ends = harness.condition(key, "Stalled")[1] if key in harness.server.stored else "gone"
    return calls_of(harness), writes_of(harness), ends


async def run_until_settled(harness: ReconcilerHarness, key: ObjectKey) -> None:
    """Make one pass, and more only while a hidden job does not count as gone yet."""
    for _ in range(MOST_PASSES):
        await harness.run(key)
        if key not in harness.server.stored or harness.condition(key, "Reconciling")[1] not in {
            "JobMissing",
            "Deleting",
        }:
            return
        harness.clock.move(Bounds().min_missing_time / Bounds().min_misses)


def state_of(cell: Cell) -> ScheduleState | None:
    return None if cell["state"] == "unset" else ScheduleState(cell["state"])


def wish_of(cell: Cell, **spec: Any) -> Desired:
    return desired(
        connection_name=CONTOSO.name,
        management_policy=ManagementPolicy(cell["policy"]),
        is_suspended=cell["suspend"] == "yes",
        **spec,
    )


MISSING: Mapping[str, Mapping[str, Any]] = {
    "Recreate": {"on_missing": OnMissing.RECREATE},
    "Report": {"on_missing": OnMissing.REPORT},
    "jobId": {"job_id": JOB},
    "AdoptOnly": {"adoption_policy": AdoptionPolicy.ADOPT_ONLY},
}
"""What decides whether a job that has gone is created again. The last two forbid it whatever onMissing says."""

PAUSED_BY_US = {
    "job": {"id": JOB, "templateId": "scim", "schedule": {"state": "Disabled"}},
    "pause": {"by": "Operator", "reason": "spec.schedule.state is Paused"},
    "effective": {"scheduleState": "Paused"},
}
"""What the status says of a job that we had paused."""

WITHOUT_JOB: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "creating": {
        "tenantId": TENANT,
        "servicePrincipalId": PRINCIPAL,
        "operation": operation(ago(minutes(1)), "another"),
    },
}
"""What the status says of a resource that holds no job: nothing, or that the answer to its create was lost."""

JOBS: Mapping[str, tuple[RemoteJob, ...]] = {
    "none": (),
    "no-principal": (),
    "other": (remote_job(template="other"),),
    "running": (remote_job(),),
    "foreign": (remote_job(),),
    "several": (remote_job(), remote_job("another")),
    "at-rest": (remote_job(state="Disabled", code="Paused"),),
    "by-person": (remote_job(state="Disabled", code="Paused"),),
    "by-us": (remote_job(state="Disabled", code="Paused"),),
    "by-Graph": (remote_job(state="Disabled", code="Paused", escrowsPruned=True),),
    "ill": (quarantined_job(),),
}


def set_up_graph(harness: ReconcilerHarness, remote: str) -> None:
    """Set Graph up as the case says."""
    for job in JOBS[remote]:
        harness.graph.add(job)
    if remote == "no-principal":
        harness.graph.has_principal = False
        harness.graph.fail(
            "list_jobs", PossiblyReplicating(Refused(Reason.REQUEST_REFUSED, "No.", answer=UNKNOWN), answer=UNKNOWN)
        )
    if remote == "foreign":
        harness.apply(older())


def older() -> Resource:
    """Return another resource with the older claim to the job, on the install's own connection."""
    return holder(name="older", created_at=ago(minutes(60 * 24 * 9)))


def connect(harness: ReconcilerHarness, how: str) -> None:
    """Set the connection up as the case says: `lost` has worked before, `down` and `gone` never have."""
    if how in {"up", "lost"}:
        listings = Listings(harness.graph, on_read=lambda service_principal_id, listing: None)
        harness.connections.put(CONTOSO, Connection(CONTOSO, harness.graph, listings))
    if how in {"down", "lost"}:
        harness.connections.put(CONTOSO, ConnectionFault("SecretUnreadable", "Secret entra is missing."))


class CallRecordingHarness(ReconcilerHarness):
    """A harness that notes each call to Graph with the template or the job that it is about."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []
        for call in CALLS:
            setattr(self.graph, call, self._noting(call))

    def _noting(self, call: str) -> Callable[..., Awaitable[object]]:
        ask: Callable[..., Awaitable[object]] = getattr(self.graph, call)

        def note(service_principal_id: str, *about: str, **options: bool) -> Awaitable[object]:
            assert service_principal_id == PRINCIPAL
            self.noted.append(f"{CALLS[call]}({', '.join(map(name, about))})".removesuffix("()"))
            return ask(service_principal_id, *about, **options)

        return note


def name(about: str) -> str:
    """Name a template or a job as the tables do."""
    return "J" if about == JOB else "new" if about.startswith("scim.") else about


def calls_of(harness: CallRecordingHarness) -> str:
    return " ".join(harness.noted)


def writes_of(harness: ReconcilerHarness) -> str:
    return " ".join(harness.server.writes)


def reported(harness: ReconcilerHarness, key: ObjectKey) -> tuple[str, str, str]:
    """Return Ready with its reason, the reason of Stalled, and Drifted."""
    stalled, drifted = harness.condition(key, "Stalled"), harness.condition(key, "Drifted")
    return " ".join(harness.condition(key, "Ready")), stalled[1], drifted[0]
