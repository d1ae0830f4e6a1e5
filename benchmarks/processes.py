"""Reads what a process has used: processor time and memory. Linux only, by proc(5)."""

import os
from pathlib import Path


def read_cpu_seconds(pid: int) -> float:
    """Read the processor time of a process since its start, of its own and in the kernel."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def read_resident_mib(pid: int) -> float:
    """Read the resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
