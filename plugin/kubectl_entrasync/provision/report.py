"""What became of people, on a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entrasync.core.primitives.json_values import read_entries
from kubectl_entrasync.output.console import indent
from kubectl_entrasync.provision.outcome import RequestOutcome

_STYLES = {"Success": "green", "Skipped": "yellow", "Failure": "bold red"}


def draw_asked(outcome: RequestOutcome) -> RenderableType:
    """Return that a request was made, whose end nobody waits for."""
    return Text.assemble((outcome.object_id, "bold"), "  ", ("Asked", "yellow"))


def draw_outcome(outcome: RequestOutcome) -> RenderableType:
    """Return how one request stands: its end, what the operator says, and the steps that Graph reported."""
    word = outcome.reason if outcome.is_ended else "NotInTime"
    style = "green" if outcome.is_provisioned else "bold red"
    title = Text.assemble((outcome.object_id, "bold"), "  ", (word, style))
    parts: list[RenderableType] = [title, indent(Text(outcome.message))]
    if outcome.steps:
        parts.append(indent(_draw_steps(outcome)))
    parts += [indent(Text(line)) for line in _describe_changes(outcome)]
    return Group(*parts)


def _describe_changes(outcome: RequestOutcome) -> list[str]:
    """Say which attributes were changed. The status has them only where they were asked for."""
    changes = read_entries(outcome.result.get("modifiedProperties"))
    return [
        f"{change.get('displayName')}: {change.get('oldValue', '(none)')} -> {change.get('newValue', '(none)')}"
        for change in changes
    ]


def _draw_steps(outcome: RequestOutcome) -> RenderableType:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for step in outcome.steps:
        status = Text(step.status, _STYLES.get(step.status, ""))
        table.add_row(step.name, status, Text(" ".join(filter(None, (step.code, step.description)))))
    return table
