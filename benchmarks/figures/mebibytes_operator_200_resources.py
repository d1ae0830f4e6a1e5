"""Measures the resident memory of the operator's process (`ps -o rss`) after 200 resources have become Ready."""

import subprocess

from benchmarks.environment import start_environment

COUNT = 200


def measure() -> float:
    """Apply 200 resources and read the operator's resident memory in MiB."""
    with start_environment() as environment:
        environment.apply(environment.make_manifests(COUNT))
        environment.wait_for_late_requests()
        asked = ["ps", "-o", "rss=", "-p", str(environment.operator.process.pid)]
        return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) / 1024
