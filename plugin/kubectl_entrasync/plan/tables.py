"""A plan on the screen: each resource that something would happen to, and a sentence that counts all."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from entrasync.core.decision.action import Difference
from kubectl_entrasync.output.console import indent
from kubectl_entrasync.plan.changes import Change
from kubectl_entrasync.plan.results import Outcome, PlanResult, ResourcePlan

_STYLES = {
    Outcome.CHANGES: "yellow",
    Outcome.STOPS: "red",
    Outcome.INVALID: "red",
    Outcome.UNKNOWN: "magenta",
    Outcome.OBSERVES: "cyan",
    Outcome.ADOPTS: "green",
}

_WORDS = {
    Outcome.CHANGES: "with changes in Graph",
    Outcome.STOPS: "stopping for a person",
    Outcome.INVALID: "invalid",
    Outcome.UNKNOWN: "unknown",
    Outcome.OBSERVES: "different and only observed",
    Outcome.ADOPTS: "taking over a job as it is",
    Outcome.UNCHANGED: "unchanged",
}

_WITHOUT_DIFFERENCES = {"ChangeSettings": "change settings of the job", "ChangeSchema": "change the schema of the job"}

MAX_DIFFERENCES = 20


def draw_plan(result: PlanResult) -> RenderableType:
    """Return the plan as text. Resources for which nothing would change in Graph are only counted."""
    quiet = {Outcome.ADOPTS, Outcome.UNCHANGED}
    shown = [each for each in result.plans if each.outcome not in quiet or each.notes]
    parts = [part for each in shown for part in _draw_resource(each)]
    return Group(*parts, *(Text(note, "dim") for note in result.notes), Text(_conclude(result)))


def _draw_resource(plan: ResourcePlan) -> Iterator[RenderableType]:
    document = plan.planned.document
    head = Text(str(plan.planned.key), "bold")
    yield head.append(f"  {plan.outcome}", _STYLES.get(plan.outcome, "")).append(
        f"  {document.file}:{document.line}", "dim"
    )
    for change in plan.changes:
        yield from _draw_change(change, plan)
    if plan.is_observe_only and plan.changes:
        yield indent(Text("managementPolicy Observe keeps it from all that."))
    if plan.message:
        yield indent(Text(plan.message, _STYLES.get(plan.outcome, "")))
    for note in plan.notes:
        yield indent(Text(note, "dim"))


def _draw_change(change: Change, plan: ResourcePlan) -> Iterator[RenderableType]:
    yield indent(Text(f"{'would ' if plan.is_observe_only else ''}{_shorten_sentence(change, plan)}"))
    for each in change.differences[:MAX_DIFFERENCES]:
        yield indent(_draw_difference(each), 4)
    if (more := len(change.differences) - MAX_DIFFERENCES) > 0:
        yield indent(Text(f"and {more} more, see --output yaml"), 4)
    if not plan.is_observe_only:
        yield from (indent(Text(_shorten_call(call, plan), "dim"), 4) for call in change.calls)


def _shorten_sentence(change: Change, plan: ResourcePlan) -> str:
    """Leave out what stands below it anyway, and the id of the job once it was named."""
    if (short := _WITHOUT_DIFFERENCES.get(change.action)) is not None:
        return short
    return change.sentence if change.action == "Adopt" else change.sentence.replace(f"job {plan.job_id}", "the job")


def _shorten_call(call: str, plan: ResourcePlan) -> str:
    """Leave out the service principal and the job, which all calls of a resource have in common."""
    method, _, path = call.partition(" ")
    short = path.partition("/synchronization/")[2]
    return f"{method} {short.replace(plan.job_id, '...') if plan.job_id else short}"


def _draw_difference(difference: Difference) -> Text:
    text = Text(difference.field)
    if difference.found is not None:
        text.append(f"  - {difference.found}", "red")
    if difference.wanted is not None:
        text.append(f"  + {difference.wanted}", "green")
    return text


def _conclude(result: PlanResult) -> str:
    counts = result.counts
    if not result.plans:
        return "There are no SynchronizationJobs in these manifests."
    parts = [f"{counts[outcome]} {_WORDS[outcome]}" for outcome in Outcome if counts[outcome]]
    total = f"{len(result.plans)} job{'' if len(result.plans) == 1 else 's'}"
    end = (
        f"Applying sends {result.calls} write{'' if result.calls == 1 else 's'} to Graph."
        if result.calls
        else "There is nothing to do in Graph."
    )
    return f"{total}: {', '.join(parts)}. {end}"
