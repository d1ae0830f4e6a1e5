"""The README's table "What was tried": a row for each name that tests are marked with, filled from `build/chaos.json`.

`make chaos` writes the table anew when all its tests have passed.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HEADER = "| what was tried | how often | what was lost |\n|---|---|---|\n"

DESCRIPTIONS = {
    "End of the process at each of its calls: before the request, before the answer, after the answer": (
        "the end of the process at each of its calls: before the request, after the server has acted, after the "
        "answer; in creates, starts, pauses, adoption, saves of secrets, restarts by each channel, recovery, approvals "
        "of deletions, settings, schemas and their backups, intervals, holds, expirations, deletions, recreation and "
        "provisioning requests (`make test-kills`)"
    ),
    "SIGKILL of a real process in the middle of a create": "SIGKILL of a real process in the middle of a create",
    "SIGKILL of a real process in the middle of a write that is no create": (
        "SIGKILL of a real process in the middle of another write"
    ),
    "A take-over under load": (
        "a take-over under load: the leader of two replicas is killed, frozen, stopped, or hears nothing of the API "
        "server (10 in `make test-kills`, 50 in `make chaos`)"
    ),
    "A leader that is killed, frozen, stopped or cut off": (
        "a leader that is killed, stopped, cut off, or frozen in the middle of a pass; an outage for both replicas; a "
        "Lease that is deleted"
    ),
    "A clock that is set by hours, of the leader or of its standby": (
        "a clock that is set by hours, ahead and back, of the leader or of its standby, also around a take-over"
    ),
    "A leader that is killed while restarts and provisioning requests are under way": (
        "a restart (by token, by annotation, by timetable), an approval of deletions or a provisioning request whose "
        "leader is killed, before Graph acts and after it"
    ),
    "Two installs whose namespaces overlap": "two installs whose namespaces overlap",
    "An event in a soak: owners, people, failing jobs, troubles and restarts": (
        "an event in a soak: jobs that are applied, edited, restarted, deleted, paused, broken and removed, and "
        "provisioning requests, in all kinds of trouble (20 jobs for three and a half simulated hours in `make "
        "test`; 500 jobs for three days in `make soak`)"
    ),
    "Each kind of call to Graph with each kind of fault": "each kind of call to Graph with each kind of fault",
    "Each step of a login with each kind of fault": "each step of a login with each kind of fault",
    "A tenant, or jobs, in trouble beside others": "a tenant, or jobs, in trouble beside others",
    "Watches that are cut while etcd forgets what happens meanwhile": (
        "watches that are cut while etcd forgets what happens meanwhile: edits, deletions, resources made anew, "
        "connections, Secrets"
    ),
    "A token for the API server that has expired": (
        "a token for the API server that has expired: while the operator runs, at its start, and that of a leader"
    ),
    "The end and return of kube-apiserver or etcd": (
        "the end and return of kube-apiserver or etcd in the middle of a create, for one process and for two "
        "replicas; restarts in a row"
    ),
    "A conflict at each write to Kubernetes": (
        "a conflict at each write to Kubernetes: every write refused once (409), or overtaken by an edit"
    ),
    "Statuses that the API server refuses by its rights": (
        "statuses that the API server refuses by its rights, of a new job and of one that runs"
    ),
    "An admission webhook or policy that refuses a write, or is down": (
        "an admission webhook that refuses a write, or is down: finalizers, annotations, releases, statuses, backups "
        "of schemas, Events, Leases; an admission policy that refuses finalizers, annotations and releases"
    ),
    "The CRD of jobs that is removed and put back": "the CRD of jobs that is removed and put back under a leader",
    "A restart while Graph refuses every other call": (
        "a resource whose process is started anew, with all others, while Graph refuses every other call for ten "
        "minutes (300 in `make test`, 5,000 in `make chaos`)"
    ),
    "Both replicas are killed while Graph refuses every other call": (
        "a create of many, while Graph refuses every other call and all replicas are killed at once, twice (60 in "
        "`make test-kills`, 300 in `make chaos`)"
    ),
    "Many creates while the quota of writes is used up": (
        "a create, of many at once, while Graph's quota of writes is used up (200 in `make test`, 1,000 in "
        "`make chaos`)"
    ),
    "An API server that is silent, that refuses, or that somebody writes to without a rest": (
        "an API server that is silent, that refuses, or that somebody writes to without a rest"
    ),
}


def build_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Build the table. Raises `SystemExit` when a name was not tried, or is not described here."""
    tried = {row["name"]: row for row in rows}
    if unlike := sorted(tried.keys() ^ DESCRIPTIONS.keys()):
        raise SystemExit(f"Not both tried and described in {Path(__file__).name}: {'; '.join(unlike)}.")
    lines = [f"| {text} | {tried[name]['tried']:,} | {tried[name]['lost']} |" for name, text in DESCRIPTIONS.items()]
    return HEADER + "\n".join(lines) + "\n"


def replace_table(page: str, table: str) -> str:
    """Return the page with this table in the place of the one that it has."""
    before, _, rest = page.partition(HEADER)
    lines = rest.splitlines(keepends=True)
    rows = next((at for at, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return before + table + "".join(lines[rows:])


def read_table(page: str) -> list[tuple[str, str]]:
    """Read the table of the page: what was tried, and what was lost."""
    rows = page.partition(HEADER)[2].partition("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    return [(cell[0], cell[-1]) for cell in cells]


if __name__ == "__main__":
    readme = ROOT / "README.md"
    figures = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    readme.write_text(replace_table(readme.read_text(encoding="utf-8"), build_table(figures)), encoding="utf-8")
