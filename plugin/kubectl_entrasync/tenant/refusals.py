"""What Graph refuses, or its silence, in a sentence with what to do."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, PossiblyReplicating, Refused
from entrasync.graph.calls.error_classifier import InvalidToken

_PERMISSIONS = (
    "Reading takes the Graph permissions Synchronization.Read.All and Application.Read.All. Grant them to the app that "
    "you log in with, with admin consent, or log in as another app with --login environment. The app of the Azure CLI "
    "may not have them."
)


def explain_refusal(error: EntraSyncError, permissions: str = _PERMISSIONS) -> str:
    """Return whole sentences that say what Graph answered to a read and what to do.

    `permissions` says which permissions the read takes.
    """
    settled = error.settled if isinstance(error, PossiblyReplicating) else error
    if isinstance(settled, InvalidToken):
        return f"{settled.message} Log in again, and check --cloud and --tenant."
    if settled.reason is Reason.PERMISSION_MISSING and isinstance(settled, Refused):
        return f"{settled.words} {permissions}"
    if settled.reason is Reason.THROTTLED:
        return f"{settled.message.rstrip('.')}. Graph throttles this tenant: run the command again in some minutes."
    if settled.reason is Reason.GRAPH_UNREACHABLE:
        return f"{settled.message.rstrip('.')}. Check the network, --cloud and --graph-url, and run the command again."
    if isinstance(settled, Refused):
        return f"{settled.words} Correct what Graph names, and run the command again."
    return settled.message


def is_absence(error: EntraSyncError) -> bool:
    """Whether Graph said that it knows no such thing."""
    return isinstance(error, PossiblyReplicating) and error.answer.is_not_found
