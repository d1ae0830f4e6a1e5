"""What the import of a large tenant does when Graph stops answering in the midst of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.service_principals import ServicePrincipal
from kubectl_entrasync.failure import ExitCode, Failure
from kubectl_entrasync.import_jobs.reading import MAX_FAILURES, JobReader
from kubectl_entrasync.import_jobs.summary import ImportSummary, draw_summary, judge_import, write_summary
from kubectl_entrasync.output.read_progress import ReadProgress
from kubectl_entrasync.tenant.access import Tenant
from kubectl_entrasync.tenant.patience import LONGEST_WAIT
from tests.support.still_clock import StillClock

PRINCIPALS = 5000
PAUSE = timedelta(minutes=4)
THROTTLED = Transient(Reason.THROTTLED, "Graph asked for a pause (429).", after=PAUSE)
SILENT = Transient(Reason.GRAPH_UNREACHABLE, "Graph did not answer.")


class FailingGraph:
    """Answers for so many service principals, each with a job, and fails from then on."""

    def __init__(self, clock: StillClock, fault: Transient, *, answers: int) -> None:
        self.answers = answers
        self._clock, self._fault = clock, fault

    async def list_jobs(self, principal: str, *, is_urgent: bool) -> JobListing:
        if self.answers == 0:
            raise self._fault
        self.answers -= 1
        return JobListing((RemoteJob(f"scim.{principal}", {"id": f"scim.{principal}"}),), self._clock.now())

    async def list_secrets(self, principal: str) -> tuple[()]:
        return ()


async def read(fault: Transient, *, answers: int, clock: StillClock | None = None) -> JobReader:
    clock = clock or StillClock()
    graph: Any = FailingGraph(clock, fault, answers=answers)
    not_used: Any = None
    tenant = Tenant(graph, graph, not_used, TenantLimiter(clock), not_used)
    with Progress(console=Console(quiet=True), disable=True) as bars:
        reader = JobReader(tenant, with_schema=False, progress=ReadProgress(bars, "Reading"))
        await reader.read_all([ServicePrincipal(str(number), "app", "CRM") for number in range(PRINCIPALS)])
    return reader


class TestATenantThatThrottlesForGood:
    async def test_is_waited_for_once_and_what_was_read_is_kept(self) -> None:
        clock = StillClock()
        reader = await read(THROTTLED, answers=4000, clock=clock)
        assert len(reader.found) == 4000
        assert len(reader.found) + len(reader.problems) + len(reader.unread) == PRINCIPALS
        workers = TenantLimiter(clock).concurrency
        assert len(reader.problems) <= workers
        assert sum(clock.slept, timedelta()) <= workers * LONGEST_WAIT

    async def test_from_the_beginning_ends_in_a_sentence(self) -> None:
        with pytest.raises(Failure) as ended:
            await read(THROTTLED, answers=0)
        assert str(ended.value).endswith("Graph throttles this tenant: run the command again in some minutes.")


async def test_a_graph_that_falls_silent_is_given_up_after_some_service_principals() -> None:
    reader = await read(SILENT, answers=100)
    workers = TenantLimiter(StillClock()).concurrency
    assert MAX_FAILURES <= len(reader.problems) < MAX_FAILURES + workers
    assert len(reader.unread) == PRINCIPALS - 100 - len(reader.problems)


class TestTheSummaryOfAnImportThatStopped:
    @pytest.fixture
    def summary(self) -> ImportSummary:
        return ImportSummary("tenant", Path("identity"), PRINCIPALS, unread=968, graph_calls=300, jobs=())

    def test_says_how_many_are_left_and_what_to_do(self, summary: ImportSummary) -> None:
        console = Console(width=300)
        with console.capture() as captured:
            console.print(draw_summary(summary))
        assert captured.get() == (
            "Graph stopped answering, and 968 service principals of 5000 had not been read yet. Run the same command "
            "again later: it keeps the files that are there.\n"
        )

    def test_tells_a_script_too(self, summary: ImportSummary) -> None:
        assert judge_import(summary) is ExitCode.ILL
        assert write_summary(summary)["summary"]["unread"] == 968
