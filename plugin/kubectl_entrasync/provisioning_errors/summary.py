"""What `errors` tells: a document for programs, and groups with examples for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from entrasync.core.primitives.times import write_readable_time, write_time
from entrasync.core.provisioning.disclosure import show_word
from entrasync.core.remote.provisioning_log import LoggedFailure
from kubectl_entrasync.output.ages import write_age
from kubectl_entrasync.output.console import indent
from kubectl_entrasync.provisioning_errors.groups import CauseGroup
from kubectl_entrasync.provisioning_errors.known_causes import LOG_PAGE
from kubectl_entrasync.provisioning_errors.sentences import mask_secrets, read_hints


@dataclass(frozen=True)
class ErrorSummary:
    """The failures of a job since a time. `shows_people` says whether personal data may be told."""

    job_id: str
    since: datetime
    now: datetime
    groups: Sequence[CauseGroup]
    is_complete: bool
    shows_people: bool = False

    @property
    def count(self) -> int:
        """How many failures there are in all."""
        return sum(group.count for group in self.groups)

    def show(self, sentence: str | None) -> str | None:
        """Return a sentence of Graph, if it may be told."""
        return mask_secrets(sentence) if sentence is not None and self.shows_people else None


def write_errors(summary: ErrorSummary) -> dict[str, Any]:
    """Return the failures as JSON and YAML show them."""
    return {
        "jobId": summary.job_id,
        "since": write_time(summary.since),
        "failures": summary.count,
        "complete": summary.is_complete,
        "items": [_write_group(group, summary) for group in summary.groups],
    }


def _write_group(group: CauseGroup, summary: ErrorSummary) -> dict[str, Any]:
    known = group.known
    return {
        "code": group.code,
        "category": group.category,
        "step": group.step,
        "count": group.count,
        "objects": group.objects,
        "firstSeen": write_time(group.first) if group.first else None,
        "lastSeen": write_time(group.last) if group.last else None,
        "advice": known.advice if known else None,
        "page": known.page if known else None,
        "recommendedAction": summary.show(group.recommended_action),
        "examples": [_write_example(failure, summary) for failure in group.examples],
    }


def _write_example(failure: LoggedFailure, summary: ErrorSummary) -> dict[str, Any]:
    people = {
        "objectId": failure.object_id,
        "name": failure.name,
        "reason": summary.show(failure.reason),
    }
    return {
        "time": write_time(failure.time) if failure.time else None,
        "changeId": show_word(failure.change_id),
        "action": show_word(failure.action),
        "objectType": show_word(failure.object_type),
        "hints": read_hints(failure.reason),
        **(people if summary.shows_people else {}),
    }


def draw_errors(summary: ErrorSummary) -> RenderableType:
    """Return the causes as a terminal shows them, the most frequent first."""
    since = f"since {write_readable_time(summary.since)}"
    if not summary.groups:
        return Text(f"Nothing failed in job {summary.job_id} {since}.")
    causes = f"{len(summary.groups)} cause{'' if len(summary.groups) == 1 else 's'}"
    head = Text(f"{summary.count} failure{'' if summary.count == 1 else 's'} {since}, {causes}", "bold")
    parts: list[RenderableType] = [head, Text(f"Job {summary.job_id}", "dim")]
    if not summary.is_complete:
        parts.append(Text("There are more: these are the newest. Give a later --since, or a larger --limit.", "yellow"))
    for group in summary.groups:
        parts += [Text(), *_draw_group(group, summary)]
    return Group(*parts, Text(), Text("Microsoft's pages", "bold"), *_draw_pages(summary.groups))


def _draw_group(group: CauseGroup, summary: ErrorSummary) -> list[RenderableType]:
    about = ", ".join(filter(None, (group.category, group.step)))
    title = Text.assemble((f"{group.count} x {group.code}", "bold red"), (f"  {about}" if about else "", "dim"))
    first, last = (write_age(time, summary.now) for time in (group.first, group.last))
    objects = f"{group.objects} object{'' if group.objects == 1 else 's'}"
    lines = [f"{objects}, first {first} ago, last {last} ago"]
    if (recommended := summary.show(group.recommended_action)) is not None:
        lines.append(f"Graph recommends: {recommended}")
    lines.append(group.known.advice if group.known else "Microsoft's list of codes does not have this one.")
    told: list[RenderableType] = [indent(Text(line), 2) for line in lines]
    return [title, *told, *(part for failure in group.examples for part in _draw_example(failure, summary))]


def _draw_example(failure: LoggedFailure, summary: ErrorSummary) -> list[RenderableType]:
    time = write_readable_time(failure.time) if failure.time else "at an unknown time"
    what = f"{show_word(failure.action) or 'action'} {show_word(failure.object_type) or 'object'}"
    who = f" {failure.name} ({failure.object_id})" if summary.shows_people else ""
    hints = "".join(f", {hint}" for hint in read_hints(failure.reason))
    lines = [f"change {show_word(failure.change_id) or 'unknown'}", summary.show(failure.reason)]
    first = indent(Text(f"- {time}: {what}{who}{hints}"), 2)
    return [first, *(indent(Text(line, "dim"), 4) for line in lines if line)]


def _draw_pages(groups: Sequence[CauseGroup]) -> list[RenderableType]:
    pages = dict.fromkeys(group.known.page if group.known else LOG_PAGE for group in groups)
    return [indent(Text(page, f"link {page}"), 2) for page in pages]
