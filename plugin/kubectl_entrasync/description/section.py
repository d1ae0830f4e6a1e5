"""A part of a description: lines for people, and the same as data for programs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrasync.core.primitives.times import write_readable_time, write_time
from kubectl_entrasync.output.ages import write_age


@dataclass(frozen=True)
class Line:
    """One line of a section. A line without a label goes on with what the line before says."""

    label: str
    text: str
    style: str = ""


@dataclass(frozen=True)
class Section:
    """A section by its member in JSON, its title, its data, and its lines. One without lines is not drawn."""

    member: str
    title: str
    data: Any = None
    lines: tuple[Line, ...] = field(default=())


def build_lines(pairs: Iterable[tuple[str, str | None]]) -> tuple[Line, ...]:
    """Make lines of those pairs that have a text."""
    return tuple(Line(label, text) for label, text in pairs if text)


def drop_absent(members: dict[str, Any]) -> dict[str, Any]:
    """Leave out the members that are not there."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def write_optional_time(time: datetime | None) -> str | None:
    """Write a time for programs; None where there is none."""
    return None if time is None else write_time(time)


def write_moment(time: datetime, now: datetime) -> str:
    """Write a time for people, and how far away it is."""
    distance = f"{write_age(time, now)} ago" if time <= now else f"in {write_age(now, time)}"
    return f"{write_readable_time(time)} ({distance})"
