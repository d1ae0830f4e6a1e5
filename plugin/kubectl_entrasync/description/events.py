"""The Events of the resource, the newest first."""

from typing import Any

from entrasync.core.primitives.times import parse_time
from kubectl_entrasync.description.job_facts import Document, JobFacts
from kubectl_entrasync.description.section import Line, Section, drop_absent
from kubectl_entrasync.output.ages import write_age

MOST_EVENTS = 10
"""So many are drawn. The data has all that the API server still has, which keeps an Event for an hour."""


def describe_events(facts: JobFacts) -> Section:
    """Say what the operator reported lately."""
    if facts.events_fault is not None:
        return Section("events", _TITLE, None, (Line("Not read", facts.events_fault, "yellow"),))
    newest = sorted(facts.events, key=_read_time, reverse=True)
    lines = [_draw(event, facts) for event in newest[:MOST_EVENTS]]
    more = len(newest) - MOST_EVENTS
    lines += [Line("", f"and {more} older ones")] if more > 0 else []
    return Section("events", _TITLE, [_write(event) for event in newest], tuple(lines) or (Line("None", _NONE),))


_TITLE = "Events"
_NONE = "the API server keeps an Event for an hour"


def _read_time(event: Document) -> str:
    last = (event.get("series") or {}).get("lastObservedTime")
    return str(last or event.get("lastTimestamp") or event.get("eventTime") or "")


def _draw(event: Document, facts: JobFacts) -> Line:
    age = write_age(parse_time(_read_time(event)), facts.now)
    count = event.get("count") or 1
    times = f" ({count} times)" if count > 1 else ""
    style = "yellow" if event.get("type") == "Warning" else ""
    return Line(f"{age} ago", f"{event.get('reason')}{times}: {event.get('message')}", style)


def _write(event: Document) -> dict[str, Any]:
    members = {name: event.get(name) for name in ("type", "reason", "message", "count")}
    return drop_absent({"time": _read_time(event), **members})
