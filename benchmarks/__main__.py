"""The command `python -m benchmarks [NAME ...]`, which prints a table of figures and writes build/bench.json."""

import argparse
import os
import sys
from collections.abc import Sequence

import httpx

from benchmarks.checkout import PROJECT
from benchmarks.errors import NotMeasuredError
from benchmarks.figure import Figure, format_result, format_row, measure_figure, write_results
from benchmarks.figures import (
    cpu_seconds_1000_claims_round,
    graph_calls_per_create,
    graph_calls_per_full_create,
    graph_calls_per_schema_change,
    kubernetes_writes_per_create,
    mebibytes_operator_200_resources,
    mebibytes_simulator_200_resources,
    seconds_200_resources_ready,
    seconds_control_plane_start,
    seconds_delete_1000_resources,
    seconds_demo_ready,
    seconds_edit_beside_a_hanging_tenant,
    seconds_poll_beside_500_edits_a_second,
    seconds_takeover,
    status_writes_10_idle_polls,
    token_requests_100_jobs_1_hour,
)
from benchmarks.figures.many_jobs.first_hour import FirstHour, measure_first_hour
from benchmarks.figures.many_jobs.hours_at_rest import measure_hours_at_rest
from benchmarks.figures.many_jobs.whole_import import measure_whole_import
from control_plane import ControlPlaneError
from graph_simulator.control_client.client import ControlError


def _of_1000() -> FirstHour:
    return measure_first_hour(1000)


def _of_5000() -> FirstHour:
    return measure_first_hour(5000, has_quota=True)


FIGURES = (
    Figure("seconds_control_plane_start", "seconds", 5, seconds_control_plane_start.measure),
    Figure("seconds_demo_ready", "seconds", 20, seconds_demo_ready.measure),
    Figure("graph_calls_per_create", "calls", 4, graph_calls_per_create.measure),
    Figure("graph_calls_per_full_create", "calls", 9, graph_calls_per_full_create.measure),
    Figure("graph_calls_per_schema_change", "calls", 4, graph_calls_per_schema_change.measure),
    Figure("kubernetes_writes_per_create", "writes", 5, kubernetes_writes_per_create.measure),
    Figure("status_writes_10_idle_polls", "writes", 0, status_writes_10_idle_polls.measure),
    Figure("token_requests_100_jobs_1_hour", "requests", 2, token_requests_100_jobs_1_hour.measure),
    Figure("seconds_200_resources_ready", "seconds", 8, seconds_200_resources_ready.measure),
    Figure("seconds_delete_1000_resources", "seconds", 40, seconds_delete_1000_resources.measure),
    Figure("seconds_edit_beside_a_hanging_tenant", "seconds", 2, seconds_edit_beside_a_hanging_tenant.measure),
    Figure("seconds_poll_beside_500_edits_a_second", "seconds", 10, seconds_poll_beside_500_edits_a_second.measure),
    Figure("seconds_takeover", "seconds", 15, seconds_takeover.measure),
    Figure("cpu_seconds_1000_claims_round", "seconds", 1, cpu_seconds_1000_claims_round.measure),
    Figure("mebibytes_operator_200_resources", "MiB", None, mebibytes_operator_200_resources.measure),
    Figure("mebibytes_simulator_200_resources", "MiB", None, mebibytes_simulator_200_resources.measure),
    Figure("cpu_ms_per_job_hour", "ms", 20, lambda: measure_hours_at_rest().cpu_ms_per_job_hour),
    Figure("graph_reads_per_job_hour", "reads", 8, lambda: measure_hours_at_rest().graph_reads_per_job_hour),
    Figure("seconds_median_staleness", "seconds", 10, lambda: measure_hours_at_rest().seconds_median_staleness),
    Figure("seconds_1000_resources_ready", "seconds", 18, lambda: _of_1000().seconds_ready),
    Figure("cpu_ms_per_create_1000", "ms", 8, lambda: _of_1000().cpu_ms_per_create),
    Figure("mib_rss_0_jobs", "MiB", 75, lambda: _of_1000().mib_rss_before),
    Figure("mib_rss_1000_jobs", "MiB", 110, lambda: _of_1000().mib_rss),
    Figure("seconds_edit_p99_1000_jobs", "seconds", 1, lambda: _of_1000().seconds_edit_p99),
    Figure("seconds_import_1000_jobs", "seconds", 15, lambda: measure_whole_import().seconds),
    Figure("graph_calls_per_imported_job", "calls", 1.2, lambda: measure_whole_import().graph_calls_per_job),
    Figure("graph_requests_per_imported_job", "requests", None, lambda: measure_whole_import().graph_requests_per_job),
    Figure("ratio_to_quota_5000_resources", "", 1.15, lambda: _of_5000().ratio_to_quota),
    Figure("api_server_cpu_ms_per_create_5000", "ms", 12, lambda: _of_5000().api_server_cpu_ms_per_create),
    Figure("mib_rss_5000_jobs", "MiB", 200, lambda: _of_5000().mib_rss),
    Figure("seconds_edit_p99_5000_jobs", "seconds", 2, lambda: _of_5000().seconds_edit_p99),
)

API_SERVER_MEMORY = "3GiB"
"""Memory of the API server as in a cluster that holds 5,000 resources. With too little it mostly collects garbage."""

RESULTS = PROJECT / "build" / "bench.json"

EXPECTED_ERRORS = (ControlPlaneError, ControlError, NotMeasuredError, httpx.HTTPError, RuntimeError)
"""Errors whose message is enough without a traceback. RuntimeError means that a process was not ready in time."""


def main() -> int:
    """Measure the chosen figures, all by default.

    Returns:
        The exit code: 1 if a figure could not be measured. A missed goal is not a failure.
    """
    chosen = choose_figures()
    os.environ.setdefault("GOMEMLIMIT", API_SERVER_MEMORY)
    results = []
    print(format_row("figure", "value", "unit", "goal", ""), flush=True)
    for figure in chosen:
        try:
            result = measure_figure(figure)
        except EXPECTED_ERRORS as error:
            print(f"{figure.name} could not be measured: {error}", flush=True)
            continue
        results.append(result)
        print(format_result(result), flush=True)
    write_results(results, RESULTS)
    print(f"Written to {RESULTS.relative_to(PROJECT)}.")
    return int(len(results) < len(chosen))


def choose_figures() -> Sequence[Figure]:
    """Read the command line; an unknown name ends the program with a message."""
    named = {figure.name: figure for figure in FIGURES}
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the published figures.")
    parser.add_argument("name", nargs="*", help=f"measure only these of: {', '.join(named)}")
    names = parser.parse_args().name
    if unknown := [name for name in names if name not in named]:
        parser.error(f"no such figure: {', '.join(unknown)}. There are: {', '.join(named)}")
    return [named[name] for name in names] or FIGURES


if __name__ == "__main__":
    sys.exit(main())
