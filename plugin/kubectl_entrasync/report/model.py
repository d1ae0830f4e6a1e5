"""What the report says. JSON and YAML are these models by alias, and the page shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

from entrasync.core.primitives.times import write_time

Time = Annotated[datetime, PlainSerializer(write_time)]


class ReportPart(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Share(ReportPart):
    """How many jobs are so."""

    word: str
    jobs: int


class Wish(ReportPart):
    """What spec says, in short. None: it says nothing."""

    connection: str | None
    service_principal: str | None
    template: str | None
    management_policy: str | None
    deletion_policy: str | None
    schedule_state: str | None
    poll_interval: str | None
    max_age: str | None
    is_suspended: bool


class Run(ReportPart):
    """A run of a job."""

    state: str | None
    began: Time | None
    ended: Time | None
    counts: dict[str, int]
    """By Graph's names, such as `countExported`."""
    error_code: str | None
    activity_id: str | None


class EntryCount(ReportPart):
    """How many objects of one kind are synchronized."""

    kind: str
    entries: int


class Progress(ReportPart):
    """How far the cycle under way is."""

    units: str | None
    completed: int | None
    total: int | None
    observed: Time | None


class GraphState(ReportPart):
    """What Graph shows of the job."""

    tenant_id: str | None
    job_id: str | None
    code: str | None
    schedule_state: str | None
    interval: str | None
    failures_in_a_row: int | None
    steady_state_first: Time | None
    steady_state_last: Time | None
    entries: list[EntryCount]
    progress: list[Progress]


class Quarantine(ReportPart):
    """The quarantine that Graph put the job in."""

    reason: str | None
    since: Time | None
    series_since: Time | None
    looked_again: int | None
    next_attempt: Time | None
    error_code: str | None


class Address(ReportPart):
    """Where a person goes on."""

    name: str
    words: str
    address: str


class ConditionLine(ReportPart):
    """A condition."""

    type: str
    status: str
    reason: str | None
    since: Time | None
    message: str | None


class JobCard(ReportPart):
    """One job."""

    namespace: str
    name: str
    health: str
    ill: bool
    reason: str
    message: str
    changed: Time | None
    wish: Wish
    graph: GraphState
    quarantine: Quarantine | None
    last_run: Run | None
    last_success: Run | None
    last_success_with_exports: Time | None
    conditions: list[ConditionLine]
    links: list[Address]


class Sums(ReportPart):
    """The counts of several runs, added up."""

    runs: int
    first_ended: Time | None
    last_ended: Time | None
    counts: dict[str, int]


class Failing(ReportPart):
    """A job whose runs fail altogether, and how many did in a row."""

    namespace: str
    name: str
    runs: int


class Trends(ReportPart):
    """What the statuses tell about time. They hold the last runs only, so there is no history."""

    last_success: list[Share]
    last_run: list[Share]
    sums: Sums
    failing: list[Failing]
    steady_state: list[Share]
    cycles_under_way: int
    entries: list[EntryCount]


class Summary(ReportPart):
    """How many jobs are how, as `get` judges them."""

    jobs: int
    ill: int
    by_health: dict[str, int]


class Report(ReportPart):
    """The report."""

    generated: Time
    context: str
    namespace: str | None
    """None: all namespaces."""
    summary: Summary
    trends: Trends
    jobs: list[JobCard]
    """The most urgent first."""
