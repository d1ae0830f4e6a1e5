"""Defaults for what a spec leaves unset: those of the namespace, else those of the install, else the built-in ones.

`reconcile/state/namespace_defaults.py` reads those of namespaces, and `JobStore` applies all of them.
The deletion policy also depends on the job's origin: see `effective_deletion_policy` in `core/deletion.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from entrasync.api.job.spec import PollInterval
from entrasync.api.names import (
    DELETION_POLICY_ANNOTATION,
    MANAGEMENT_POLICY_ANNOTATION,
    POLL_INTERVAL_ANNOTATION,
)
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.primitives.quotes import shorten
from entrasync.core.resource.desired import Desired, Doubt

MAX_QUOTE_LENGTH = 100
"""The longest annotation that a message repeats, in characters."""


@dataclass(frozen=True)
class Defaults:
    """Values for the fields of the same names in `Desired`. Without a deletion policy the job's origin decides."""

    poll_interval: timedelta = timedelta(minutes=10)
    management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    deletion_policy: DeletionPolicy | None = None
    doubts: tuple[Doubt, ...] = ()
    """Which of them are only cautious values, because it is not known what the namespace wants."""


DEFAULTABLE_FIELDS = frozenset(each.name for each in fields(Defaults)) - {"doubts"}


@dataclass(frozen=True)
class DeclaredDefaults:
    """The defaults of one namespace, and which of its annotations cannot be read."""

    defaults: Defaults
    faults: tuple[str, ...] = ()


_CAUTIOUS: Mapping[str, Any] = {
    "management_policy": ManagementPolicy.OBSERVE,
    "deletion_policy": DeletionPolicy.RETAIN,
}
"""The values that write least, by field: an annotation that cannot be read may forbid what the install allows."""


def read_declared_defaults(annotations: Mapping[str, str], install: Defaults) -> DeclaredDefaults:
    """Read the annotations of a Namespace.

    What they leave out is taken from the install. An annotation that cannot be read gives the cautious value, if its
    field has one.
    """
    said: dict[str, Any] = {}
    faults: list[str] = []
    doubts: list[Doubt] = []
    for annotation, (field, read, allowed) in _ANNOTATIONS.items():
        if (text := annotations.get(annotation)) is None:
            continue
        try:
            said[field] = read(text)
        except ValueError:
            faults.append(f'{annotation} is "{shorten(text, MAX_QUOTE_LENGTH)}", and must be {allowed}')
            doubts += _doubt(field, Reason.INVALID_ANNOTATION, faults[-1])
    cautious = {doubt.field: _CAUTIOUS[doubt.field] for doubt in doubts}
    return DeclaredDefaults(replace(install, **said | cautious, doubts=tuple(doubts)), tuple(faults))


def cautious_defaults(install: Defaults) -> Defaults:
    """Take the cautious values while the operator has no right to read the namespace."""
    why = "the namespace may not be read; grant the operator the right get on namespaces"
    doubts = [doubt for field in _CAUTIOUS for doubt in _doubt(field, Reason.NAMESPACE_UNREADABLE, why)]
    return replace(install, **_CAUTIOUS, doubts=tuple(doubts))


def _doubt(field: str, reason: Reason, why: str) -> list[Doubt]:
    if (cautious := _CAUTIOUS.get(field)) is None:
        return []
    first, *rest = field.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    return [Doubt(field, reason, f"{name} is {cautious} meanwhile: {why}.")]


def apply_defaults(desired: Desired, defaults: Defaults) -> Desired:
    """Put the defaults where the spec leaves a field unset."""
    doubts = tuple(doubt for doubt in defaults.doubts if doubt.field in desired.unset)
    return replace(desired, **{field: getattr(defaults, field) for field in desired.unset}, doubts=doubts)


_POLL_INTERVAL: TypeAdapter[timedelta] = TypeAdapter(PollInterval)

_ANNOTATIONS: dict[str, tuple[str, Callable[[str], object], str]] = {
    DELETION_POLICY_ANNOTATION: ("deletion_policy", DeletionPolicy, "Delete, Pause or Retain"),
    MANAGEMENT_POLICY_ANNOTATION: ("management_policy", ManagementPolicy, "Manage or Observe"),
    POLL_INTERVAL_ANNOTATION: (
        "poll_interval",
        _POLL_INTERVAL.validate_python,
        "whole hours, minutes and seconds, such as 90s, 5m or 1h30m, from 30s to 24h",
    ),
}
"""By annotation: the field that it sets, how it is read, and which values are allowed."""
