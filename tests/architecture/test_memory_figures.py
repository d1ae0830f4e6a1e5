"""The memory that the chart asks for follows from the memory that was measured, which the README publishes."""

import re

import yaml

from tests.support.helm import CHART, ROOT

PUBLISHED = re.compile(
    r"^\| memory without jobs, with 1,000 and with 5,000 jobs \| (\d+), (\d+) and (\d+) MiB \|", re.MULTILINE
)
REPEATED = re.compile(
    r"^# No jobs take (\d+) MiB of memory, a thousand (\d+) MiB, and five thousand (\d+) MiB in their first hour\.$",
    re.MULTILINE,
)

SIMULATOR = re.compile(
    r"With 200 jobs it takes (\d+) MiB of memory, and its journal of .+ up to (\d+) MiB more\.$", re.MULTILINE
)


def published() -> tuple[int, int, int]:
    """Return the MiB without jobs, with 1,000 and with 5,000 of them, as `make bench` measured."""
    found = PUBLISHED.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found, "the README has no row with the memory"
    none, thousand, five_thousand = map(int, found.groups())
    return none, thousand, five_thousand


def chart_values() -> str:
    return (CHART / "values.yaml").read_text(encoding="utf-8")


def mebibytes(quantity: str) -> int:
    assert quantity.endswith("Mi")
    return int(quantity.removesuffix("Mi"))


def test_the_comment_of_the_chart_repeats_what_the_readme_publishes() -> None:
    [repeated] = REPEATED.findall(chart_values())
    assert tuple(map(int, repeated)) == published()


def test_the_request_holds_a_thousand_jobs_and_the_limit_five_thousand_with_as_much_again() -> None:
    resources = yaml.safe_load(chart_values())["resources"]
    _, thousand, five_thousand = published()
    request, limit = (mebibytes(resources[part]["memory"]) for part in ("requests", "limits"))
    assert thousand <= request < limit
    assert 2 * five_thousand <= limit


def test_the_request_of_the_simulator_holds_200_jobs_and_the_limit_its_full_journal_too() -> None:
    """`make bench` measures the jobs as mebibytes_simulator_200_resources."""
    [(jobs, journal)] = SIMULATOR.findall(chart_values())
    resources = yaml.safe_load(chart_values())["simulator"]["resources"]
    request, limit = (mebibytes(resources[part]["memory"]) for part in ("requests", "limits"))
    assert int(jobs) <= request
    assert int(jobs) + int(journal) <= limit
