"""Measures the seconds from a SIGKILL of the leader until another replica creates a job: the longest of three."""

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from benchmarks.environment import NAMESPACE, BenchmarkEnvironment, start_environment
from benchmarks.installed_operator import begin_installed_operator
from local_stack import OperatorProcess

TIMES = 3


def measure() -> float:
    """Kill the leader three times, each time with a replica that stands by."""
    with (
        start_environment(lease="bench") as environment,
        tempfile.TemporaryDirectory(prefix="entra-sync-bench-") as folder,
        ExitStack() as replicas,
    ):
        leader, seconds = environment.operator, []
        for number, manifest in enumerate(environment.make_manifests(TIMES)):
            log = Path(folder) / f"replica-{number}.log"
            start = OperatorProcess.start(environment.launch, log, begin=begin_installed_operator)
            standby = replicas.enter_context(start)
            seconds.append(_take_over(environment, leader, manifest))
            leader = standby
        return max(seconds)


def _take_over(environment: BenchmarkEnvironment, leader: OperatorProcess, manifest: dict[str, Any]) -> float:
    creates = environment.simulator.calls().graph.get("createJob", 0)
    leader.kill()
    killed_at = time.monotonic()
    environment.cluster.apply(yaml.safe_dump(manifest), NAMESPACE)
    environment.wait("a job is created", lambda: environment.simulator.calls().graph.get("createJob", 0) > creates)
    return time.monotonic() - killed_at
