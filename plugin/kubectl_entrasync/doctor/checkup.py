"""Makes all checks, in the order in which one would mend things, and tells what they found."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kubectl_entrasync.doctor.connections import check_connections, check_expirations, check_permissions
from kubectl_entrasync.doctor.definitions import check_definitions
from kubectl_entrasync.doctor.facts import DoctorFacts, Unread
from kubectl_entrasync.doctor.finding import Finding, Level, make_unread
from kubectl_entrasync.doctor.jobs import check_deletions, check_graph, check_jobs
from kubectl_entrasync.doctor.namespaces import check_namespaces
from kubectl_entrasync.doctor.operators import check_operators
from kubectl_entrasync.doctor.secrets import check_secrets
from kubectl_entrasync.doctor.this_machine import check_clocks, check_tenant
from kubectl_entrasync.failure import ExitCode


@dataclass(frozen=True)
class Check:
    """A check: its name, its function, and the facts without which it finds nothing."""

    name: str
    find: Callable[[DoctorFacts], list[Finding]]
    needs: tuple[str, ...] = ()


CHECKS = (
    Check("crds", check_definitions),
    Check("operator", check_operators),
    Check("namespaces", check_namespaces, ("jobs",)),
    Check("clock", check_clocks),
    Check("connections", check_connections, ("connections",)),
    Check("permissions", check_permissions, ("connections", "jobs", "requests")),
    Check("credentials", check_expirations, ("connections",)),
    Check("secrets", check_secrets, ("jobs", "connections")),
    Check("graph", check_graph, ("jobs",)),
    Check("deletions", check_deletions, ("jobs",)),
    Check("jobs", check_jobs, ("jobs",)),
    Check("tenant", check_tenant),
)


@dataclass(frozen=True)
class CheckResult:
    """What one check found."""

    name: str
    findings: Sequence[Finding]


def examine(facts: DoctorFacts) -> list[CheckResult]:
    """Make all checks. What could not be read is a finding of the first check that needs it."""
    results: list[CheckResult] = []
    told: set[str] = set()
    for check in CHECKS:
        found = _examine(check, facts)
        unread = [each for each in found if each.is_unread]
        findings = [each for each in found if each.what not in told]
        told |= {each.what for each in unread}
        results += [CheckResult(check.name, findings)] if findings else []
    return results


def _examine(check: Check, facts: DoctorFacts) -> list[Finding]:
    unread = [each for name in check.needs if isinstance(each := getattr(facts, name), Unread)]
    if any(each.is_absent for each in unread):
        return []  # the check of the CRDs says it
    return [make_unread(each.why) for each in unread] or check.find(facts)


def judge_checkup(results: Sequence[CheckResult]) -> ExitCode:
    """Return what a script is told: whether there is an error. Warnings alone are well."""
    is_ill = any(finding.level is Level.ERROR for result in results for finding in result.findings)
    return ExitCode.ILL if is_ill else ExitCode.WELL


def write_checkup(results: Sequence[CheckResult]) -> dict[str, Any]:
    """Return the checkup as JSON and YAML show it."""
    findings = [
        {"check": result.name, "level": str(finding.level), "what": finding.what, "command": finding.command}
        for result in results
        for finding in result.findings
    ]
    return {"summary": {str(level): count for level, count in _count(results).items()}, "findings": findings}


def _count(results: Sequence[CheckResult]) -> dict[Level, int]:
    levels = [finding.level for result in results for finding in result.findings]
    return {level: levels.count(level) for level in Level}


def draw_checkup(results: Sequence[CheckResult]) -> RenderableType:
    """Return the checkup as a terminal shows it: a line for each finding, with its command below."""
    findings = [(result.name, finding) for result in results for finding in result.findings]
    parts = [part for name, finding in findings for part in _draw(name, finding)]
    counts = _count(results)
    words = [f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items() if level is not Level.OK]
    well = counts[Level.OK]
    words.append(f"{well} check{' is' if well == 1 else 's are'} well")
    return Group(*parts, Text(), Text(", ".join(words), "bold"))


def _draw(name: str, finding: Finding) -> Iterator[RenderableType]:
    line = Table.grid(padding=(0, 1, 0, 0))
    for width in (_LEVEL_WIDTH, _NAME_WIDTH):
        line.add_column(width=width)
    line.add_column(overflow="fold")
    line.add_row(Text(finding.level, finding.level.style), name, Text(finding.what))
    yield line
    if finding.command is not None:
        # Not folded, so that it can be copied.
        yield Text(f"  $ {finding.command}", "bold", no_wrap=True, overflow="ignore")


_LEVEL_WIDTH, _NAME_WIDTH = max(map(len, Level)), max(len(check.name) for check in CHECKS)
