"""What holds where a spec is silent: the namespace's word, else the install's, else what is built in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from entrasync.api.duration import parse_go_duration
from entrasync.api.names import (
    DELETION_POLICY_ANNOTATION,
    MANAGEMENT_POLICY_ANNOTATION,
    POLL_INTERVAL_ANNOTATION,
)
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.spec import LONGEST_POLL_INTERVAL, SHORTEST_POLL_INTERVAL
from entrasync.core.desired import Desired


@dataclass(frozen=True)
class Defaults:
    """Values for fields of `Desired` of the same names. Without a deletion policy the job's origin decides."""

    poll_interval: timedelta = timedelta(minutes=5)
    management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    deletion_policy: DeletionPolicy | None = None


@dataclass(frozen=True)
class Declared:
    """The defaults of one namespace, and which of its annotations are wrong and so do not count."""

    defaults: Defaults
    faults: tuple[str, ...] = ()


def read_declared(annotations: Mapping[str, str], install: Defaults) -> Declared:
    """Read the annotations of a Namespace; what it does not say, or says wrong, is as the install says."""
    said: dict[str, Any] = {}
    faults = []
    for annotation, (field, read, allowed) in _ANNOTATIONS.items():
        if (text := annotations.get(annotation)) is None:
            continue
        try:
            said[field] = read(text)
        except ValueError:
            faults.append(f"{annotation} is {text[:100]!r}, and must be {allowed}")
    return Declared(replace(install, **said), tuple(faults))


def take_defaults(desired: Desired, defaults: Defaults) -> Desired:
    """Put the defaults where the spec is silent."""
    return replace(desired, **{field: getattr(defaults, field) for field in desired.unset})


def _read_poll_interval(text: str) -> timedelta:
    interval = parse_go_duration(text)
    if not SHORTEST_POLL_INTERVAL <= interval <= LONGEST_POLL_INTERVAL:
        raise ValueError
    return interval


_ANNOTATIONS: dict[str, tuple[str, Callable[[str], object], str]] = {
    DELETION_POLICY_ANNOTATION: ("deletion_policy", DeletionPolicy, "Delete, Pause or Retain"),
    MANAGEMENT_POLICY_ANNOTATION: ("management_policy", ManagementPolicy, "Manage or Observe"),
    POLL_INTERVAL_ANNOTATION: (
        "poll_interval",
        _read_poll_interval,
        "whole hours, minutes and seconds, such as 90s, 5m or 1h30m, from 30s to 24h",
    ),
}
"""Where each is said, how it is read, and what is allowed."""
