"""What a pass can do: the shape that all actions share. Each feature has its own in `core/<feature>/actions.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from entrasync.api.reasons import Reason

Target = Literal["Graph", "Kubernetes", "None"]
"""What an action writes to."""


@dataclass(frozen=True)
class Difference:
    """One thing that was not as the spec wants it. `field` is its place in spec; a secret has no values here."""

    field: str
    wanted: str | None = None
    found: str | None = None


@dataclass(frozen=True)
class Action:
    """One thing that a pass does: one write to Graph at most. Its handler is found by its class.

    An action with target `Graph` is never performed for a resource that only observes; `describe` says what it would
    do. `pending_reason` and `pending_message` are shown while Graph does not show yet what the action wrote.
    """

    target: ClassVar[Target]
    pending_reason: ClassVar[Reason] = Reason.PAUSING
    pending_message: ClassVar[str] = "The job was written; Graph does not show it yet."

    def describe(self) -> str:
        """Say what it does as the end of a sentence that begins with "The operator would"."""
        raise NotImplementedError

    @property
    def content(self) -> Mapping[str, str]:
        """What it sends that `describe` must not say. It never leaves the pass."""
        return {}

    @property
    def drift(self) -> tuple[Difference, ...]:
        """What somebody else had changed in Graph and this action corrects."""
        return ()


def describe_forecast(actions: Iterable[Action]) -> str:
    """Say in one sentence what would be written to Graph if the resource were managed."""
    described = ", ".join(action.describe() for action in actions)
    return f"The operator would {described}; managementPolicy Observe keeps it from that."
