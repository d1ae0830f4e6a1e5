"""Classifies Graph's refusals as errors that are named by what happens next. No text is matched."""

from collections.abc import Iterable
from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    GraphAnswer,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
    Transient,
)
from entrasync.core.primitives.redaction import Redactor
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.calls.expected_answers import find_fault
from entrasync.graph.calls.operations import OWNED_BY, Operation
from entrasync.graph.wire.responses import Response, read_error, summarize_error
from entrasync.graph.wire.retry_after import read_retry_after

TOKEN_CODES = frozenset({"InvalidAuthenticationToken", "Authentication_ExpiredToken", "TokenExpired"})
"""A 401 with one of these codes means the token. Any other means a permission or replication (graph-facts 0.3, 6.2)."""


_ADVICE = "Correct what Graph names, in spec or in the tenant."


class InvalidToken(Transient):
    """Graph does not accept the token. Nothing was done, and one more try with a fresh token is worthwhile."""


def classify(
    operation: Operation,
    response: Response,
    *,
    pause: timedelta | None = None,
    token: AccessToken | None = None,
    secrets: Iterable[str] = (),
) -> EntraSyncError:
    """Return the error to raise for a response that does not mean done.

    After a 429 no call is made for the `pause`. The message names the roles of the `token` that was sent. The token and
    the `secrets` that were sent are redacted.
    """
    status = response.status
    if response.is_success:
        return _make_unexpected_error(operation, response)
    if 400 <= status < 500 and status not in {408, 429} and not response.is_from_graph:
        return Transient(Reason.GRAPH_UNREACHABLE, _describe_foreigner(operation, status))
    answer = summarize_error(response, Redactor([*secrets, token.value] if token else secrets))
    if status == 401 and TOKEN_CODES.intersection(read_error(response.body).codes):
        return InvalidToken(Reason.GRAPH_UNREACHABLE, f"Graph does not take our token {_quote(answer)}.")
    if status in {401, 403}:
        return _make_permission_error(operation, answer, token)
    if status == 429:
        return Transient(Reason.THROTTLED, f"Graph asks for a pause {_quote(answer)}.", after=pause)
    if status == 408 or status >= 500:
        return _make_server_error(operation, response, answer=answer)
    return _make_refusal(operation, answer)


def make_unreadable_error(operation: Operation, why: str) -> EntraSyncError:
    """Return the error for a success that cannot be read. A write may have happened."""
    message = f"Graph gave an unreadable answer when asked to {operation.description}: {why}."
    if operation.is_write:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message)
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def make_lost_error(operation: Operation, why: str, *, is_sent: bool) -> EntraSyncError:
    """Return the error for a lost response. `is_sent` is False only if no byte of the request was sent."""
    message = f"No answer from Graph when asked to {operation.description}: {why}."
    if operation.is_write and is_sent:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message)
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def _make_refusal(operation: Operation, answer: GraphAnswer) -> EntraSyncError:
    message = f"Graph refused to {operation.description} {_quote(answer)}."
    if answer.status < 400:
        message += " A redirect is never followed: check the cloud's endpoint and any proxy."
    refused = Refused(Reason.REQUEST_REFUSED, message, answer=answer, advice=_ADVICE)
    if answer.status == 404:
        return PossiblyReplicating(refused, answer=answer)
    if answer.status == 409:  # right after another change it passes by itself (graph-facts 4.2)
        return PossiblyReplicating(Transient(Reason.REQUEST_REFUSED, message), answer=answer)
    return refused


def _make_server_error(operation: Operation, response: Response, *, answer: GraphAnswer) -> EntraSyncError:
    message = f"Graph failed to {operation.description} {_quote(answer)}."
    if operation.is_write:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message, answer=answer)
    return Transient(Reason.GRAPH_UNREACHABLE, message, after=read_retry_after(response.headers))


def _make_unexpected_error(operation: Operation, response: Response) -> EntraSyncError:
    """Return the error for a 2xx that does not mean done, such as that of a network's sign-in page."""
    fault = find_fault(operation, response) if response.is_from_graph else None
    if fault is not None:
        return make_unreadable_error(operation, fault)
    message = _describe_foreigner(operation, response.status)
    if operation.is_write:
        return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, message)
    return Transient(Reason.GRAPH_UNREACHABLE, message)


def _describe_foreigner(operation: Operation, status: int) -> str:
    """Describe an answer that is not Graph's. It counts neither as done nor as absence or refusal."""
    return (
        f"Something between the operator and Graph answered {status} when asked to {operation.description}. "
        "Check the proxies and firewalls on the way to Graph."
    )


def _make_permission_error(operation: Operation, answer: GraphAnswer, token: AccessToken | None) -> EntraSyncError:
    message = f"Graph refused to {operation.description} {_quote(answer)}."
    refused = Refused(Reason.PERMISSION_MISSING, message, answer=answer, advice=_advise(operation, token))
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
    text = f': "{answer.message}"' if answer.message else ""
    return f"({answer.status}{code}{text})"  # without the request id: a message that changes is a status write
