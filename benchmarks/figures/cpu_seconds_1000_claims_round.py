"""Measures the processor time of the operator for one pass over each of 1,000 resources of one service principal.

All ask for a job of the same template, so one of them holds it and 999 are in conflict with it. They are looked at in
rounds, and one list call of Graph serves them all. The value is what the operator takes during 5,000 passes or
more, for each thousand of them. Nothing changes between rounds, so no status is written.
"""

import re
import time

from benchmarks.environment import BenchmarkEnvironment, start_environment
from benchmarks.processes import read_cpu_seconds

COUNT = 1000
ROUNDS = 5
RATE = 6.0
ROUND_SECONDS = 5.0
"""A round begins every five seconds, by `RATE` and `pollInterval`, which is longer than one takes. The passes are
counted as often, because to show the metrics of a thousand resources takes the operator time, too."""


def measure() -> float:
    """Look at 1,000 resources of one service principal."""
    with start_environment(rate=RATE) as environment:
        [manifest] = environment.make_manifests(1, pollInterval="30s")
        manifests = [manifest | {"metadata": {"name": f"claim-{n}"}} for n in range(COUNT)]
        environment.apply_until(manifests, lambda job: job.is_ready or job.condition("Stalled").get("status") == "True")
        _wait_for_passes(environment, COUNT)
        pid = environment.operator.process.pid
        before, cpu = _count_passes(environment), read_cpu_seconds(pid)
        _wait_for_passes(environment, ROUNDS * COUNT)
        rounds = (_count_passes(environment) - before) / COUNT
        return (read_cpu_seconds(pid) - cpu) / rounds


def _wait_for_passes(environment: BenchmarkEnvironment, count: int) -> None:
    """Wait until so many more passes were made, and two seconds longer, so that the last round is whole."""
    before = _count_passes(environment)
    while _count_passes(environment) < before + count:
        time.sleep(ROUND_SECONDS)
    environment.wait_for_late_requests()


def _count_passes(environment: BenchmarkEnvironment) -> float:
    _, metrics = environment.operator.read("/metrics")
    return sum(
        float(value) for value in re.findall(r"^entrasync_reconcile_seconds_count{.*} (.*)$", metrics, re.MULTILINE)
    )
