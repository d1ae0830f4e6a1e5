"""Measures how late a due poll is while another namespace makes 500 edits a second.

Each edit is a changed annotation that requests a look, over 100 resources of one namespace, sent by eight clients. All
processes share this machine, so a small one makes fewer edits: the API server takes what it can. Each call to Graph
takes 100 ms. The value is the longest time between two list calls for the resource that is polled, less its poll
interval of 30 s.
"""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event

from benchmarks.environment import NAMESPACE, BenchmarkEnvironment, start_environment

EDITORS = 8
EDITS_PER_SECOND = 500
RESOURCES = 100
LATENCY_MS = 100.0
INTERVAL_SECONDS = 30.0
POLLS = 2
QUIET = "quiet"


def measure() -> float:
    """Watch the polls of one resource beside edits that never end."""
    with start_environment(latency_ms=LATENCY_MS) as environment:
        environment.apply(environment.make_manifests(RESOURCES))
        environment.cluster.create_namespace(QUIET)
        [polled] = environment.make_manifests(1, pollInterval="30s")
        environment.apply([polled], QUIET)
        principal, ended = polled["spec"]["servicePrincipal"]["objectId"], Event()
        with ThreadPoolExecutor(EDITORS) as editors:
            edits = [editors.submit(_edit, environment, n, ended) for n in range(EDITORS)]
            try:
                return max(0.0, _longest_gap(environment, principal) - INTERVAL_SECONDS)
            finally:
                ended.set()
                for edit in edits:
                    edit.result()


def _edit(environment: BenchmarkEnvironment, editor: int, ended: Event) -> None:
    """Edit this editor's resources in turn until the end."""
    pause, names = EDITORS / EDITS_PER_SECOND, [f"app-{n}" for n in range(editor + 1, RESOURCES + 1, EDITORS)]
    due, done = time.monotonic(), 0
    while not ended.wait(max(0.0, due - time.monotonic())):
        annotations = {"entrasync.io/requested-at": uuid.uuid4().hex}
        environment.cluster.annotate_job(NAMESPACE, names[done % len(names)], annotations)
        done, due = done + 1, max(due + pause, time.monotonic() - 1)


def _longest_gap(environment: BenchmarkEnvironment, principal: str) -> float:
    """Wait for some polls under the load, and return the longest real time between two."""
    begun = len(environment.simulator.journal(operation="listJobs", service_principal=principal))
    environment.wait(
        "the resource is polled",
        lambda: len(environment.simulator.journal(operation="listJobs", service_principal=principal)) >= begun + POLLS,
    )
    polls = environment.simulator.journal(operation="listJobs", service_principal=principal)[begun - 1 :]
    return max(later.real_time - earlier.real_time for earlier, later in pairwise(polls))
