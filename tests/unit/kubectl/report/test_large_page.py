"""The page of 5,000 jobs: every one has a line, and the most urgent have a card."""

import re
from datetime import UTC, datetime

import pytest

from kubectl_entrasync.fleet.health import Health
from kubectl_entrasync.report.content import make_report
from kubectl_entrasync.report.page import MAX_CARDS, render_page
from tests.support.report_fleet import make_large_fleet

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)

JOBS = 5000
ILL = 40


def render(jobs: int) -> str:
    return render_page(make_report(make_large_fleet(jobs, ill=ILL), NOW, context="large", namespace=None))


@pytest.fixture(scope="module")
def page() -> str:
    return render(JOBS)


def find_cards(page: str) -> list[str]:
    return re.findall(r'<article class="sheet card" id="job/identity/(job-\d{4})"', page)


class TestList:
    def test_has_every_job_once_and_the_ill_ones_first(self, page: str) -> None:
        [rows] = re.findall(r'data-part="list">(.*?)</table>', page, re.DOTALL)
        names = re.findall(r'<tr><th scope="row">.*?(job-\d{4})', rows)
        assert len(names) == len(set(names)) == JOBS
        assert names[: 2 * ILL] == [f"job-{number:04}" for number in range(JOBS - 2 * ILL, JOBS)]

    def test_links_to_cards_that_there_are(self, page: str) -> None:
        links = set(re.findall(r'href="#(job/[^"]*)"', page))
        assert links == {f"job/identity/{name}" for name in find_cards(page)}


class TestCards:
    def test_are_those_of_the_most_urgent_jobs(self, page: str) -> None:
        cards = find_cards(page)
        assert len(cards) == len(set(cards)) == MAX_CARDS
        assert {f"job-{number:04}" for number in range(JOBS - 2 * ILL, JOBS)} <= set(cards)

    def test_say_how_many_jobs_have_none(self, page: str) -> None:
        text = " ".join(re.sub("<[^>]*>", "", page).split())
        assert f"Below is a card for each of the {MAX_CARDS} most urgent jobs. 4,500 jobs that are less urgent" in text

    def test_are_there_for_every_job_of_a_fleet_that_is_not_as_large(self) -> None:
        page = render(MAX_CARDS)
        assert len(find_cards(page)) == MAX_CARDS
        assert "most urgent jobs" not in page


class TestSummary:
    def test_counts_all_jobs(self, page: str) -> None:
        [counts] = re.findall(r'data-part="health">(.*?)</dl>', page, re.DOTALL)
        assert dict(re.findall(r'">(\w+)</span></dt><dd><data value="(\d+)"', counts)) == {
            Health.QUARANTINED: str(ILL),
            Health.OVERDUE: str(ILL),
            Health.HEALTHY: str(JOBS - 2 * ILL),
        }


def test_the_size_grows_with_the_jobs_and_no_faster(page: str) -> None:
    one, two = (len(render(jobs)) for jobs in (1000, 2000))
    assert len(page) - two == pytest.approx(3 * (two - one), rel=0.01)
