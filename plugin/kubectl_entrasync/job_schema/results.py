"""What spec.schema would change, and how its tests ended: for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.decision.action import Difference
from entrasync.core.facts.schema_seen import FailedTest, SchemaFaults, SchemaSeen
from entrasync.core.schema.actions import describe_difference
from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.output.console import indent
from kubectl_entrasync.plan.results import PlanResult, ResourcePlan


@dataclass(frozen=True)
class SchemaLook:
    """The schema of one resource. `problem` is why it cannot be told."""

    key: str
    differences: tuple[Difference, ...] = ()
    tests: tuple[tuple[str, str | None], ...] = ()
    """The name of each test, and why it failed."""
    problem: str | None = None
    is_settled: bool = True
    """Whether the problem is a fault of spec, and not that something could not be read."""


def list_looks(result: PlanResult) -> list[SchemaLook]:
    """Return the looks at those resources that have `spec.schema`."""
    return [look for plan in result.plans for look in _read_look(plan)]


def _read_look(plan: ResourcePlan) -> Iterator[SchemaLook]:
    desired, facts = plan.planned.resource.desired, plan.forecast.facts
    key = str(plan.planned.key)
    if desired is None or plan.fault is not None:
        yield SchemaLook(key, problem=plan.fault)
        return
    if desired.schema is None:
        return
    seen = facts.observed.job_schema if facts else None
    if seen is None:
        notes = " ".join(plan.forecast.notes)
        yield SchemaLook(key, problem=plan.message or notes or "Graph shows no schema of it.", is_settled=False)
        return
    if seen.failure is not None:
        yield SchemaLook(key, problem=seen.failure.message, is_settled=False)
        return
    others = SchemaFaults(**{**vars(seen.faults), "failed": ()})
    problem = plan.message if others.are_any else None
    yield SchemaLook(key, seen.differences, () if problem else tuple(_list_tests(desired.schema, seen)), problem)


def _list_tests(spec: SchemaSpec, seen: SchemaSeen) -> Iterator[tuple[str, str | None]]:
    failed: dict[str, FailedTest] = {each.name: each for each in seen.faults.failed}
    for test in spec.tests or ():
        yield test.name, failed[test.name].why if test.name in failed else None


def judge_differences(looks: Sequence[SchemaLook]) -> ExitCode:
    """Return what a script is told of a diff."""
    if any(look.problem and not look.is_settled for look in looks):
        return ExitCode.NOT_DONE
    return ExitCode.ILL if any(look.differences or look.problem for look in looks) else ExitCode.WELL


def judge_tests(looks: Sequence[SchemaLook]) -> ExitCode:
    """Return what a script is told of tests."""
    if any(look.problem and not look.is_settled for look in looks):
        return ExitCode.NOT_DONE
    is_ill = any(look.problem or any(why for _, why in look.tests) for look in looks)
    return ExitCode.ILL if is_ill else ExitCode.WELL


def write_looks(looks: Sequence[SchemaLook]) -> dict[str, Any]:
    """Return all as JSON and YAML show it."""
    return {
        "items": [
            {
                "name": look.key,
                "differences": [
                    {"field": each.field, "wanted": each.wanted, "found": each.found} for each in look.differences
                ],
                "tests": [{"name": name, "passed": why is None, "why": why} for name, why in look.tests],
                "problem": look.problem,
            }
            for look in looks
        ]
    }


def draw_differences(looks: Sequence[SchemaLook]) -> RenderableType:
    """Return the differences of each resource."""
    parts = [part for look in looks for part in _draw_look(look)]
    return Group(*parts) if parts else Text("There is no spec.schema in any of these resources.")


def _draw_look(look: SchemaLook) -> Iterator[RenderableType]:
    count = len(look.differences)
    words = look.problem or (f"{count} difference{'' if count == 1 else 's'}" if count else "as in Graph")
    yield Text.assemble((look.key, "bold"), f": {words}")
    yield from (indent(Text(describe_difference(each))) for each in look.differences)


def draw_tests(looks: Sequence[SchemaLook]) -> RenderableType:
    """Return a line for each test."""
    parts = [part for look in looks for part in _draw_tests(look)]
    return Group(*parts) if parts else Text("There are no spec.schema.tests in any of these resources.")


def _draw_tests(look: SchemaLook) -> Iterator[RenderableType]:
    if look.problem:
        yield Text.assemble((look.key, "bold"), f": {look.problem}")
    for name, why in look.tests:
        mark = ("FAIL", "red") if why else ("ok  ", "green")
        yield Text.assemble(mark, f"  {look.key}: {name}", f": {why}" if why else "")
