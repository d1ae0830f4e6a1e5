"""The errors of failed calls to Graph, as the fakes raise them."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Transient

LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
"""The answer was lost: it is unknown whether Graph did what it was asked for."""

DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
"""Graph surely did nothing."""


def refused(status: int, *, code: str = "BadRequest", message: str = "No.") -> Refused:
    return Refused(Reason.REQUEST_REFUSED, message, answer=GraphAnswer(status, code, message, "req"))


def replicating(status: int) -> PossiblyReplicating:
    return PossiblyReplicating(refused(status), answer=GraphAnswer(status, "", "", "req"))
