"""What an API server refuses, or its silence, in a sentence with what to do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from kubernetes.client import ApiException
from urllib3.exceptions import HTTPError, MaxRetryError

from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.kinds import JOBS, Kind
from kubectl_entrasync.failure import Failure


class Refused(Failure):
    """The API server answered, and refused the call: its `status` says how."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Silent(Failure):
    """The API server did not answer, or broke off."""


@contextmanager
def explain_refusals(access: Access, verb: str, *, name: str | None = None, kind: Kind = JOBS) -> Iterator[None]:
    """Turn what a call for objects of a kind raises into a `Failure` for people."""
    try:
        yield
    except ApiException as refused:
        raise Refused(_explain(refused, access, verb, name=name, kind=kind), int(refused.status or 0)) from refused
    except HTTPError as silent:
        raise Silent(_explain_silence(silent, access)) from silent


def _explain(refused: ApiException, access: Access, verb: str, *, name: str | None, kind: Kind) -> str:
    message = _read_message(refused)
    match refused.status:
        case HTTPStatus.UNAUTHORIZED:
            return (
                f"The API server at {access.server} does not accept the login of context {access.context}. Log in "
                "again, or choose another --context."
            )
        case HTTPStatus.FORBIDDEN:
            return (
                f"You may not {verb} {kind.resource}{_where(access)}: {message.rstrip('.')}. Ask for a role that "
                f"allows it, or check with `kubectl auth can-i {verb} {kind.resource}`."
            )
        case HTTPStatus.NOT_FOUND if name is not None and "not found" in message and "page not found" not in message:
            return (
                f"There is no {kind.name} {name}{_where(access)}. List those that there are with `kubectl get "
                f"{kind.plural} --all-namespaces`."
            )
        case HTTPStatus.NOT_FOUND:
            return (
                f"The cluster of context {access.context} does not have the CRD {kind.resource}. Install the operator "
                "there, or choose another --context."
            )
        case _:
            return (
                f"The API server at {access.server} refused to {verb} {kind.plural}{f' {name}' if name else ''} with "
                f"{refused.status}: {message.rstrip('.')}. Correct what it names, or try again later."
            )


def _explain_silence(silent: HTTPError, access: Access) -> str:
    cause = silent.reason if isinstance(silent, MaxRetryError) and silent.reason is not None else silent
    return (
        f"The cluster at {access.server} (context {access.context}) does not answer: {type(cause).__name__}. Check it "
        "with `kubectl cluster-info`, or choose another --context."
    )


def _where(access: Access) -> str:
    return " in any namespace" if access.namespace is None else f" in namespace {access.namespace}"


def _read_message(refused: ApiException) -> str:
    try:
        return str(json.loads(refused.body or "{}")["message"])
    except (ValueError, KeyError, TypeError):
        return str(refused.body or refused.reason or "it gave no reason").strip()
