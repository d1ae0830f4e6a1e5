"""A real Chromium opens the report on jobs that a real API server holds."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from control_plane import ControlPlane
from tests.cluster.jobs import Jobs
from tests.support.browser import Media, OpenedPage, Scheme, open_browser, open_file
from tests.support.cluster import Cluster
from tests.support.operator_environment import make_namespace
from tests.support.plugin import Answer
from tests.support.report_fleet import HOSTILE, list_fleet

LOOKS: list[tuple[int, Scheme, Media]] = [
    (360, "light", "screen"),
    (360, "dark", "screen"),
    (1600, "light", "screen"),
    (1600, "dark", "screen"),
    (1000, "light", "print"),
    (1000, "dark", "print"),
]

READ_TABLE = """part => Object.fromEntries(
  [...document.querySelectorAll(`[data-part="${part}"] tbody tr`)].map(
    row => [row.querySelector("th").textContent, [...row.querySelectorAll("data")].map(each => Number(each.value))]))"""
READ_CARD = """id => [...document.getElementById(id).querySelectorAll("data")].map(
  each => [each.parentElement.dataset.count ?? "progress", Number(each.value)])"""
READ_NUMBERS = """selector => [...document.querySelectorAll(selector)].map(
  each => [Number(each.value), each.textContent])"""


@pytest.fixture(scope="module")
def jobs(cluster: Cluster, crd_installed: None) -> list[dict[str, Any]]:
    """The jobs as the API server holds them."""
    held = Jobs(cluster, make_namespace(cluster))
    for name, parts in list_fleet().items():
        job = held.create({"metadata": {"name": name}, "spec": parts["spec"]})
        held.change(job, {"status": parts["status"]})
    return cluster.list("entrasync.io/v1alpha1", "synchronizationjobs", held.namespace)


@pytest.fixture(scope="module")
def namespace_of_jobs(jobs: list[dict[str, Any]]) -> str:
    return str(jobs[0]["metadata"]["namespace"])


@pytest.fixture(scope="module")
def report(control_plane: ControlPlane, namespace_of_jobs: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    answer = run_plugin(control_plane, "report", "--namespace", namespace_of_jobs, "--output-file", str(file))
    assert (answer.code, answer.errors) == (0, "")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[OpenedPage]:
    opened = open_file(browser, report, width=1600, scheme="light")
    yield opened
    opened.page.close()


def run_plugin(control_plane: ControlPlane, *arguments: str) -> Answer:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "kubectl_entrasync", *arguments]
    environment = {**os.environ, "KUBECONFIG": str(control_plane.kubeconfig)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return Answer(ended.returncode, ended.stdout, ended.stderr)


def live(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job.get("status", {}).get("synchronizationStatus", {})
    return found


def last_run(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = live(job).get("lastExecution", {})
    return found


def counts_of(job: dict[str, Any]) -> Counter[tuple[str, int]]:
    """Return the numbers of a job's status that its card has."""
    found = [("countSuccessiveCompleteFailures", live(job)["countSuccessiveCompleteFailures"])] if live(job) else []
    found += [
        ("synchronizedEntryCountByType", each["value"]) for each in live(job).get("synchronizedEntryCountByType", ())
    ]
    found += [
        ("progress", each[unit]) for each in live(job).get("progress", ()) for unit in ("completedUnits", "totalUnits")
    ]
    return Counter([*found, *((name, value) for name, value in last_run(job).items() if name.startswith("count"))])


def name_of(job: dict[str, Any]) -> str:
    return f"{job['metadata']['namespace']}/{job['metadata']['name']}"


@pytest.mark.parametrize(("width", "scheme", "media"), LOOKS)
def test_the_page_is_readable_in_every_window_and_colour_scheme_and_on_paper(
    browser: Browser, report: Path, width: int, scheme: Scheme, media: Media
) -> None:
    opened = open_file(browser, report, width=width, scheme=scheme, media=media)
    assert opened.find_violations() == []
    assert opened.overflow <= 0
    assert (opened.complaints, opened.requests) == ([], [report.as_uri()])
    opened.page.close()


class TestNumbers:
    """Each number of the page is that of the API server's objects."""

    def test_of_health_are_those_of_get(
        self, opened: OpenedPage, control_plane: ControlPlane, namespace_of_jobs: str
    ) -> None:
        answer = run_plugin(control_plane, "get", "-n", namespace_of_jobs, "-o", "json")
        assert (answer.code, answer.errors) == (1, "")
        summary = answer.document["summary"]
        read = opened.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('[data-part="health"] div')].map(
              each => [each.querySelector("dt").textContent, Number(each.querySelector("data").value)]))"""
        )
        assert read == summary["byHealth"]
        headline = [value for value, _ in opened.page.evaluate(READ_NUMBERS, ".headline data")]
        assert headline == [summary["jobs"], summary["ill"]]

    def test_of_trends_are_counted_from_the_statuses(self, opened: OpenedPage, jobs: list[dict[str, Any]]) -> None:
        runs = [last_run(job) for job in jobs if last_run(job)]
        ends = Counter(run["state"] for run in runs)
        assert opened.page.evaluate(READ_TABLE, "last-run") == {
            **{state: [count] for state, count in ends.items()},
            "no run yet": [len(jobs) - len(runs)],
        }
        assert opened.page.evaluate(READ_NUMBERS, "[data-part='sums'] caption data") == [[len(runs), str(len(runs))]]
        assert opened.page.evaluate(READ_TABLE, "sums") == {
            "objects read": [sum(run["countImported"] for run in runs)],
            "objects written": [sum(run["countExported"] for run in runs)],
            "failed objects put aside": [sum(run["countEscrowed"] for run in runs)],
            "cycles under way now": [sum(bool(live(job).get("progress")) for job in jobs)],
        }
        entries: Counter[str] = Counter()
        for each in (entry for job in jobs for entry in live(job).get("synchronizedEntryCountByType", ())):
            entries[each["key"]] += each["value"]
        assert opened.page.evaluate(READ_TABLE, "entries") == {key: [count] for key, count in entries.items()}
        failing = {name_of(job): live(job).get("countSuccessiveCompleteFailures") for job in jobs}
        assert opened.page.evaluate(READ_TABLE, "failing") == {name: [runs] for name, runs in failing.items() if runs}

    def test_of_steady_states_and_successes_add_up_to_the_jobs(
        self, opened: OpenedPage, jobs: list[dict[str, Any]]
    ) -> None:
        with_job = [job for job in jobs if job.get("status", {}).get("job")]
        caught_up = [job for job in with_job if live(job).get("steadyStateFirstAchievedTime")]
        expected = {"caught up": [len(caught_up)], "not yet": [len(with_job) - len(caught_up)]}
        assert opened.page.evaluate(READ_TABLE, "steady-state") == expected
        successes = opened.page.evaluate(READ_TABLE, "last-success")
        assert sum(count for [count] in successes.values()) == len(jobs)
        assert successes["none yet"] == [sum("lastSuccessfulExecution" not in live(job) for job in jobs)]

    def test_of_the_list_and_of_each_card_are_those_of_its_status(
        self, opened: OpenedPage, jobs: list[dict[str, Any]]
    ) -> None:
        listed = opened.page.evaluate(READ_TABLE, "list")
        for job in jobs:
            run = last_run(job)
            assert listed[name_of(job)] == ([run["countExported"], run["countEscrowed"]] if run else [])
            card = opened.page.evaluate(READ_CARD, f"job/{name_of(job)}")
            assert Counter(map(tuple, card)) == counts_of(job)

    def test_read_as_they_are_written(self, opened: OpenedPage) -> None:
        numbers = opened.page.evaluate(READ_NUMBERS, "data")
        assert [text for value, text in numbers if text != f"{value:,}"] == []
        places = ".headline, [data-part], .card"
        elsewhere = "where => [...document.querySelectorAll('data')].filter(each => !each.closest(where)).length"
        assert opened.page.evaluate(elsewhere, places) == 0


def test_texts_that_look_like_markup_stay_texts(opened: OpenedPage) -> None:
    assert opened.page.locator("script, img, iframe, object, embed").count() == 0
    assert opened.page.locator("#quarantines .todo", has_text=HOSTILE).count() == 1
    assert opened.page.locator("style").count() == 1


def test_nothing_of_a_run_names_a_person(report: Path) -> None:
    assert "anna@example.com" not in report.read_text(encoding="utf-8")
