"""Perform: the place that all actions pass, except the releases that `DeletionLoop` makes itself.

A write that Graph refused lately is held back, then the guard is asked, then the handler of the action's class.
"""

from collections.abc import Hashable

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import EntraSyncError, PossiblyReplicating, Refused
from entrasync.core.decision.refused_write import (
    FIRST_DELETION_RETRY_DELAY,
    FIRST_RETRY_DELAY,
    explain_refusal,
    note_refusal,
)
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.reconcile.application.memory import digest_all
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handlers


class Performer:
    """Carries out actions with the handlers of the composition root."""

    def __init__(self, handlers: Handlers, *, clock: Clock, bounds: Bounds) -> None:
        self._handlers = handlers
        self._clock = clock
        self._bounds = bounds

    async def perform(self, action: Action, context: Context) -> ActionResult:
        """Carry out one action. Raises what the guard and the handler raise; nothing is repeated here.

        The same write as one that Graph refused raises its error once more, until it is time to try it again.
        """
        wish, memory = _wish_of(action, context), context.memory
        if (known := memory.refused_write) is not None and known.holds_back(wish, now := self._clock.now()):
            raise explain_refusal(known, now)
        await context.guard.prepare(action, context.resource, context.connection)
        handler = self._handlers[type(action)]
        try:
            result = await handler.perform(action, context)
        except (Refused, PossiblyReplicating) as error:
            self._note_refusal(wish, context, error)
            raise
        if known is not None and known.wish == wish:
            memory.refused_write = None
        handler.note_sent(action, context)
        return result

    def recover(self, action: Action, error: EntraSyncError, facts: Facts) -> Facts:
        """Return the facts as they are after an action has failed with an error."""
        return self._handlers[type(action)].recover(action, error, facts)

    def _note_refusal(self, wish: Hashable, context: Context, error: Refused | PossiblyReplicating) -> None:
        """Hold the same write back for a while. Raises an error that says so, unless it is tried again at once."""
        if error.reason is Reason.TEMPLATE_NOT_OFFERED:  # the next create reads the templates first and is not sent
            return
        memory, resource, now = context.memory, context.resource, self._clock.now()
        first = FIRST_DELETION_RETRY_DELAY if resource.is_deleting else FIRST_RETRY_DELAY
        young_until = memory.young_until(resource, self._bounds)
        refused = note_refusal(memory.refused_write, wish, error, first=first, young_until=young_until, now=now)
        memory.refused_write = refused
        if refused.holds_back(wish, now):
            raise explain_refusal(refused, now) from error


def _wish_of(action: Action, context: Context) -> Hashable:
    """Return what tells two writes apart: what is done and sent, for which spec and request, by which connection."""
    resource = context.resource
    request = find_request(resource.annotations)
    sent = (type(action), action.describe(), digest_all(action.content))
    return resource.generation, request, context.connection, *sent
