"""`get`, `status` and `report` on 5,000 jobs, which an API server lists in pages."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_entrasync.cluster.pages import PAGE
from tests.support.paging_api_server import PagingApiServer
from tests.support.plugin import Plugin
from tests.support.report_fleet import make_large_fleet

JOBS = 5000
ILL = 40


@pytest.fixture
def server(plugin: Plugin) -> Iterator[PagingApiServer]:
    server = PagingApiServer(make_large_fleet(JOBS, ill=ILL))
    with server.serve(plugin.kubeconfig):
        yield server


def find_names(text: str) -> list[str]:
    return re.findall(r"\bjob-\d{4}\b", text)


class TestGet:
    def test_lists_each_job_once_and_the_ill_ones_first(self, plugin: Plugin, server: PagingApiServer) -> None:
        answer = plugin.run("get", "-A")
        assert answer.code == 1
        head, *lines = answer.output.splitlines()
        assert head.split()[:2] == ["NAMESPACE", "NAME"]
        assert len(lines) == JOBS
        health = [line.split()[2] for line in lines]
        assert health == ["Quarantined"] * ILL + ["Overdue"] * ILL + ["Healthy"] * (JOBS - 2 * ILL)
        assert find_names(answer.output)[2 * ILL :] == [f"job-{number:04}" for number in range(JOBS - 2 * ILL)]

    def test_reads_page_by_page(self, plugin: Plugin, server: PagingApiServer) -> None:
        assert plugin.run("get", "-A", "-o", "json").document["summary"]["jobs"] == JOBS
        assert [query["limit"] for query in server.lists] == [str(PAGE)] * (JOBS // PAGE)

    def test_begins_anew_when_the_api_server_has_forgotten_the_first_page(
        self, plugin: Plugin, server: PagingApiServer
    ) -> None:
        server.forgets_at = 4 * PAGE
        document = plugin.run("get", "-A", "-o", "json").document
        assert document["summary"]["jobs"] == JOBS
        assert Counter(each["name"] for each in document["items"]).most_common(1)[0][1] == 1
        assert server.lists[-1] == {}


class TestStatus:
    def test_counts_all_jobs_and_tells_of_the_ill_ones_only(self, plugin: Plugin, server: PagingApiServer) -> None:
        answer = plugin.run("status", "-A")
        assert answer.code == 1
        first, *_ = answer.output.splitlines()
        assert first.split("   ") == [f"{JOBS} jobs", f"{ILL} Quarantined", f"{ILL} Overdue", "4920 Healthy"]
        assert len(set(find_names(answer.output))) == 2 * ILL


class TestReport:
    def test_is_of_a_size_that_can_be_mailed(self, plugin: Plugin, server: PagingApiServer, tmp_path: Path) -> None:
        file = tmp_path / "report.html"
        answer = plugin.run("report", "-A", "--output-file", str(file))
        assert (answer.code, answer.output) == (0, f"Wrote {file}: {JOBS} jobs, {2 * ILL} ill.\n")
        assert len(set(find_names(file.read_text(encoding="utf-8")))) == JOBS
        assert file.stat().st_size < 6_000_000
