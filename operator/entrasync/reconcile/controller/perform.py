"""Perform: the place that all actions pass, except the releases that `DeletionLoop` makes itself.

The guard is asked first, then the handler of the action's class.
"""

from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.facts import Facts
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handlers


class Performer:
    """Carries out actions with the handlers of the composition root."""

    def __init__(self, handlers: Handlers) -> None:
        self._handlers = handlers

    async def perform(self, action: Action, context: Context) -> ActionResult:
        """Carry out one action. Raises what the guard and the handler raise; nothing is repeated here."""
        await context.guard.prepare(action, context.resource, context.connection)
        handler = self._handlers[type(action)]
        result = await handler.perform(action, context)
        handler.note_sent(action, context)
        return result

    def recover(self, action: Action, error: EntraSyncError, facts: Facts) -> Facts:
        """Return the facts as they are after an action has failed with an error."""
        return self._handlers[type(action)].recover(action, error, facts)
