"""The handler of an action, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.facts import Facts
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.step.context import Context

ActionT = TypeVar("ActionT", bound=Action)


@dataclass(frozen=True)
class ActionResult:
    """The result of an action.

    It has the resource as it is now, the job if Graph just sent it, and whether Graph must be read again. A job that
    `is_assumed` is what Graph was asked for or answered: the pass goes on with it, and confirms it before it ends.
    """

    resource: Resource
    job: RemoteJob | None = None
    needs_look: bool = False
    is_assumed: bool = False
    is_refused: bool = False
    """Whether Graph accepted nothing. The next look finds out why."""


class Handler(Generic[ActionT]):
    """Carries out the actions of one class. The composition root has a table of action classes and their handlers."""

    async def perform(self, action: ActionT, context: Context) -> ActionResult:
        """Carry out the action once; nothing is repeated here. Raises what the ports raise."""
        raise NotImplementedError

    def note_sent(self, action: ActionT, context: Context) -> None:
        """Remember in the memory of this process what Graph accepted and may not show yet."""

    def recover(self, action: ActionT, error: EntraSyncError, facts: Facts) -> Facts:
        """Return the facts as they are after the action has failed with an error."""
        return facts


Handlers = Mapping[type[Action], Handler[Any]]
"""The handler of each class of actions."""
