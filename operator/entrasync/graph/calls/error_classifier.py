"""From Graph's refusals to errors named by what happens next: one table, no text matched."""

from collections.abc import Iterable

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    GraphAnswer,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
    Transient,
)
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.calls.operations import OWNED_BY, Operation
from entrasync.graph.wire.redaction import Redactor
from entrasync.graph.wire.responses import ErrorBody, Response, read_error, summarize_error
from entrasync.graph.wire.retry_after import read_retry_after

TOKEN_CODES = frozenset({"InvalidAuthenticationToken", "Authentication_ExpiredToken", "TokenExpired"})
"""A 401 with one of these is about the token; any other is a permission or a slow replica (Graph says UnknownError)."""


class InvalidToken(Transient):
    """Graph does not take the token: worth one try with a fresh one. Nothing was done."""


def classify(
    operation: Operation, response: Response, *, token: AccessToken | None = None, secrets: Iterable[str] = ()
) -> EntraSyncError:
    """Turn an answer that is no success into the error to raise.

    The roles of the `token` sent go into the words; itself and `secrets` that were sent never do.
    """
    error = read_error(response.body)
    answer = summarize_error(response, Redactor([*secrets, token.value] if token else secrets))
    status = response.status
    if status == 401 and TOKEN_CODES.intersection(error.codes):
        return InvalidToken(Reason.GRAPH_UNREACHABLE, f"Graph does not take our token {_quote(answer)}")
    if status in {401, 403, 404} and not is_from_graph(response, error):
        return _not_from_graph(operation, answer)
    if status in {401, 403}:
        return _permission(operation, answer, token)
    if status == 429:
        return Transient(
            Reason.THROTTLED, f"Graph asks for a pause {_quote(answer)}", after=read_retry_after(response.headers)
        )
    if status == 408 or status >= 500:
        return _server_fault(operation, response, answer=answer)
    return _refusal(operation, answer)


def is_from_graph(response: Response, error: ErrorBody | None = None) -> bool:
    """Tell whether Graph itself answered: it puts a request id or its envelope into all it says, a proxy neither."""
    return bool(response.request_id) or (error or read_error(response.body)).is_envelope


def make_unreadable_error(operation: Operation, why: str) -> EntraSyncError:
    """Say that Graph's success could not be understood; a write may have happened then."""
    message = f"Graph gave an unreadable answer when asked to {operation.description}: {why}"
    if operation.is_write:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message)
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def make_lost_error(operation: Operation, why: str, *, is_sent: bool) -> EntraSyncError:
    """Say that no answer came. `is_sent` is False only if surely no byte of the request left."""
    message = f"No answer from Graph when asked to {operation.description}: {why}"
    if operation.is_write and is_sent:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message)
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def _refusal(operation: Operation, answer: GraphAnswer) -> EntraSyncError:
    message = f"Graph refused to {operation.description} {_quote(answer)}"
    if answer.status < 400:
        message += ". A redirect is never followed: check the cloud's endpoint and any proxy"
    refused = Refused(Reason.REQUEST_REFUSED, message, answer=answer)
    if answer.status == 404:
        return PossiblyReplicating(refused, answer=answer)
    if answer.status == 409:  # right after another change it passes by itself, as Terraform and hamilton found
        return PossiblyReplicating(Transient(Reason.REQUEST_REFUSED, message), answer=answer)
    return refused


def _server_fault(operation: Operation, response: Response, *, answer: GraphAnswer) -> EntraSyncError:
    message = f"Graph failed to {operation.description} {_quote(answer)}"
    if operation.is_write:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message, answer=answer)
    return Transient(Reason.GRAPH_UNREACHABLE, message, after=read_retry_after(response.headers))


def _not_from_graph(operation: Operation, answer: GraphAnswer) -> EntraSyncError:
    """Judge a 401, 403 or 404 that bears no mark of Graph: a proxy's word must not count as absence or refusal."""
    message = f"Something between us and Graph answered {answer.status} when asked to {operation.description}"
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def _permission(operation: Operation, answer: GraphAnswer, token: AccessToken | None) -> EntraSyncError:
    message = f"Graph refused to {operation.description} {_quote(answer)}. {_advise(operation, token)}"
    refused = Refused(Reason.PERMISSION_MISSING, message, answer=answer)
    return PossiblyReplicating(refused, answer=answer)


def _advise(operation: Operation, token: AccessToken | None) -> str:
    app = f"app {token.app_id}" if token and token.app_id else "the operator's app"
    carried = token.roles if token else ()
    has = f"The token carries the roles: {', '.join(carried) or 'none'}."
    enough = [name for name in operation.permissions if name in carried]
    if not enough:
        wanted = " or ".join(_with_condition(name) for name in operation.recommended_permissions)
        return f"{has} Grant {app} the Graph application permission {wanted}, with admin consent."
    if enough == [OWNED_BY]:
        other = next(name for name in operation.recommended_permissions if name != OWNED_BY)
        return f"{has} {OWNED_BY} counts only if {app} owns the service principal: make it an owner or grant {other}."
    return f"{has} That should be enough: check that {app} is enabled and that no access policy blocks it."


def _with_condition(permission: str) -> str:
    return f"{permission} (as an owner of the service principal)" if permission == OWNED_BY else permission


def _quote(answer: GraphAnswer) -> str:
    code = f" {answer.code}" if answer.code else ""
    words = f': "{answer.message}"' if answer.message else ""
    return f"({answer.status}{code}{words})"  # without the request id: a condition's message must stay the same
