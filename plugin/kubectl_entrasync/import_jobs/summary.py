"""What an import tells: a document for programs, and a table with what is left to do for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.import_jobs.folder import KUSTOMIZATION, Outcome, keep_on_line
from kubectl_entrasync.import_jobs.reading import Problem
from kubectl_entrasync.import_jobs.takeover import TakenJob
from kubectl_entrasync.import_jobs.writing import WrittenJob

_MOST_NAMED = 5


@dataclass(frozen=True)
class ImportSummary:
    """All that an import did."""

    tenant_id: str
    folder: Path
    service_principals: int
    """How many were looked at."""
    unread: int
    """How many of these were not read, because Graph had stopped answering."""
    graph_calls: int
    jobs: Sequence[WrittenJob]
    problems: Sequence[Problem] = field(default_factory=list)
    kustomization: Outcome | None = None


def judge_import(summary: ImportSummary) -> ExitCode:
    """Return what a script is told: whether something could not be imported."""
    return ExitCode.ILL if summary.problems or summary.unread else ExitCode.WELL


def write_summary(summary: ImportSummary) -> dict[str, Any]:
    """Return the import as JSON and YAML show it. It holds no value of a secret."""
    counts = Counter(each.outcome for each in summary.jobs)
    return {
        "tenantId": summary.tenant_id,
        "folder": str(summary.folder),
        "summary": {
            "servicePrincipals": summary.service_principals,
            "unread": summary.unread,
            "jobs": len(summary.jobs),
            "problems": len(summary.problems),
            "graphCalls": summary.graph_calls,
            "byOutcome": {str(outcome): counts[outcome] for outcome in Outcome if counts[outcome]},
        },
        "items": [_write_job(each) for each in summary.jobs],
        "problems": [
            {"servicePrincipal": each.service_principal, "displayName": each.display_name, "message": each.message}
            for each in summary.problems
        ],
    }


def _write_job(written: WrittenJob) -> dict[str, Any]:
    job = written.job
    return {
        "name": job.name,
        "file": written.file,
        "outcome": str(written.outcome),
        "servicePrincipal": job.service_principal,
        "displayName": job.display_name,
        "jobId": job.job_id,
        "template": job.template,
        "state": job.state,
        "files": sorted(written.outcomes),
        "kept": list(written.kept),
        "missing": list(job.missing),
        "notes": list(job.notes),
    }


def draw_summary(summary: ImportSummary) -> RenderableType:
    """Return the table of the jobs, what could not be imported, and what is left to do."""
    parts: list[RenderableType] = [_draw_jobs(summary.jobs)] if summary.jobs else []
    for each in summary.jobs:
        parts += [Text(keep_on_line(f"{each.job.name}: {note}")) for note in each.job.notes]
    for problem in summary.problems:
        name = f"{problem.display_name} ({problem.service_principal})" if problem.display_name else ""
        parts.append(Text(keep_on_line(f"{name or problem.service_principal}: {problem.message}"), "red"))
    return Group(*parts, *(Text(line) for line in _conclude(summary)))


def _draw_jobs(jobs: Sequence[WrittenJob]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    table.add_column("NAME", overflow="fold")
    for head in ("TEMPLATE", "STATE", "FILE"):
        table.add_column(head, overflow="fold")
    table.add_column("MISSING", overflow="fold")
    for each in jobs:
        job = each.job
        missing = ", ".join(job.missing) or "-"
        table.add_row(job.name, job.template, job.state or "-", str(each.outcome), missing)
    return table


def _conclude(summary: ImportSummary) -> list[str]:
    stopped = _explain_stop(summary)
    if not summary.jobs:
        looked_at = _count(summary.service_principals, "service principal")
        return stopped or [f"There are no provisioning jobs in {looked_at}."]
    counts = Counter(each.outcome for each in summary.jobs)
    how = ", ".join(f"{counts[outcome]} {outcome.lower()}" for outcome in Outcome if counts[outcome])
    lines = [*stopped, f"{_count(len(summary.jobs), 'job')} in {summary.folder}: {how}."]
    if any(each.kept for each in summary.jobs) or summary.kustomization is Outcome.KEPT:
        names = [name for each in summary.jobs for name in each.kept]
        names += [KUSTOMIZATION] if summary.kustomization is Outcome.KEPT else []
        lines.append(f"Left as they were, with other content: {_name_some(names)}. --overwrite replaces files.")
    if missing := sum(bool(each.job.missing) for each in summary.jobs):
        lines.append(f"Values of credentials that Graph does not show are missing in {_count(missing, 'job')}.")
    if changed := sum(_is_changed(each.job) for each in summary.jobs):
        lines.append(
            f"Names are written as Kubernetes takes them, which changes {_count(changed, 'name')}. Each manifest "
            "begins with the display name."
        )
    option = "-k" if summary.kustomization is not None else "-f"
    return [*lines, f"Look at them, then: kubectl apply --server-side {option} {summary.folder}"]


def _explain_stop(summary: ImportSummary) -> list[str]:
    if not summary.unread:
        return []
    return [
        f"Graph stopped answering, and {_count(summary.unread, 'service principal')} of {summary.service_principals} "
        "had not been read yet. Run the same command again later: it keeps the files that are there."
    ]


def _is_changed(job: TakenJob) -> bool:
    """Whether a name is another than the display name, apart from capitals and spaces."""
    return job.name != "-".join(job.display_name.casefold().split())


def _name_some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
