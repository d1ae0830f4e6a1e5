"""Checks how figures are rounded, formatted and written."""

import json
from pathlib import Path

from benchmarks.__main__ import FIGURES
from benchmarks.figure import Figure, format_result, measure_figure, write_results
from benchmarks.figures.many_jobs.first_hour import find_percentile


def test_results_are_written_as_a_list_of_name_value_unit_and_goal(tmp_path: Path) -> None:
    results = [
        measure_figure(Figure("seconds_ready", "seconds", 8, lambda: 3.14159)),
        measure_figure(Figure("mebibytes", "MiB", None, lambda: 109)),
    ]
    write_results(results, tmp_path / "build" / "bench.json")
    assert json.loads((tmp_path / "build" / "bench.json").read_text()) == [
        {"name": "seconds_ready", "value": 3.14, "unit": "seconds", "goal": 8},
        {"name": "mebibytes", "value": 109, "unit": "MiB", "goal": None},
    ]


def test_a_row_of_the_table_says_whether_the_goal_was_met() -> None:
    def last_word(value: float, goal: float | None) -> str:
        return format_result(measure_figure(Figure("calls", "calls", goal, lambda: value))).split()[-1]

    assert (last_word(4, 4), last_word(5, 4), last_word(4, None)) == ("met", "missed", "calls")


def test_every_published_figure_is_measured() -> None:
    assert {figure.name for figure in FIGURES} >= {
        "seconds_demo_ready",
        "graph_calls_per_create",
        "kubernetes_writes_per_create",
        "token_requests_100_jobs_1_hour",
        "status_writes_10_idle_polls",
        "seconds_200_resources_ready",
        "seconds_1000_resources_ready",
        "ratio_to_quota_5000_resources",
        "mib_rss_5000_jobs",
    }


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert (find_percentile(hundred, 99), find_percentile(hundred, 50), find_percentile([7.0], 99)) == (99, 50, 7)
