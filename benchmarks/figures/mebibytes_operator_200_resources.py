"""Resident memory of the operator's process (`ps -o rss`) after 200 resources have become Ready."""

import subprocess

from benchmarks.environment import open_workshop

COUNT = 200


def measure() -> float:
    """Apply 200 resources and weigh the operator."""
    with open_workshop() as workshop:
        workshop.apply(workshop.make_manifests(COUNT))
        workshop.wait_for_stragglers()
        asked = ["ps", "-o", "rss=", "-p", str(workshop.operator.process.pid)]
        return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout) / 1024
