"""A job as a story: its sections in order, drawn for people and written for programs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kubectl_entrasync.description.drift import describe_drift
from kubectl_entrasync.description.events import describe_events
from kubectl_entrasync.description.graph_state import describe_graph_state
from kubectl_entrasync.description.interventions import describe_interventions
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.links import describe_links
from kubectl_entrasync.description.next_look import describe_next_look
from kubectl_entrasync.description.quarantine import describe_quarantine
from kubectl_entrasync.description.runs import describe_runs
from kubectl_entrasync.description.section import Line, Section
from kubectl_entrasync.description.spec import describe_spec
from kubectl_entrasync.fleet.job_row import write_row
from kubectl_entrasync.output.console import indent

_SECTIONS = (
    describe_spec,
    describe_graph_state,
    describe_drift,
    describe_runs,
    describe_quarantine,
    describe_interventions,
    describe_next_look,
    describe_events,
    describe_links,
)

_LABEL_WIDTH = 18


def write_description(facts: JobFacts) -> dict[str, Any]:
    """Return the description as JSON and YAML show it."""
    sections = [describe(facts) for describe in _SECTIONS]
    return write_row(facts.row) | {section.member: section.data for section in sections}


def draw_description(facts: JobFacts) -> RenderableType:
    """Return the description as a terminal shows it."""
    sections = [section for describe in _SECTIONS if (section := describe(facts)).lines]
    return Group(*_draw_head(facts), *(part for section in sections for part in _draw(section)))


def _draw_head(facts: JobFacts) -> list[RenderableType]:
    row = facts.row
    title = Text.assemble((f"{row.namespace}/{row.name}", "bold"), "  ", (str(row.health), row.health.style))
    said = indent(Text(row.message))
    # The quarantine has a section of its own, which says the same.
    return [title] if row.quarantine is not None else [title, said]


def _draw(section: Section) -> Sequence[RenderableType]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=_LABEL_WIDTH)
    table.add_column(overflow="fold")
    for line in section.lines:
        table.add_row(*_draw_line(line))
    return Text(), Text(section.title, "bold"), indent(table)


def _draw_line(line: Line) -> tuple[Text, Text]:
    # An address may be folded: the terminal then still opens all of it.
    is_address = line.text.startswith("https://") and line.text.isprintable()
    style = f"link {line.text}" if is_address else line.style
    return Text(line.label, "dim"), Text(line.text, style)
