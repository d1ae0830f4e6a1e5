"""Measures the seconds to start a control plane until its API server is ready and has its first namespaces.

This covers keys, etcd and kube-apiserver. The programs are on this machine already. The value is the median of three
starts.
"""

import statistics
import tempfile
from pathlib import Path

from control_plane import ControlPlane


def measure() -> float:
    """Start a control plane three times."""
    return statistics.median(_start() for _ in range(3))


def _start() -> float:
    with tempfile.TemporaryDirectory() as name, ControlPlane.start(Path(name)) as plane:
        return plane.started_in_seconds
