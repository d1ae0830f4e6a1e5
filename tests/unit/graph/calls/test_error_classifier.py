"""The error that each refusal of Graph leads to. The bodies are those that users have published."""

import json
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.quotes import MAX_QUOTE_LENGTH
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.calls.error_classifier import InvalidToken, classify, make_lost_error, make_unreadable_error
from entrasync.graph.calls.operations import (
    CREATE_JOB,
    GET_SERVICE_PRINCIPAL,
    LIST_JOBS,
    OWNED_BY,
    PUT_SECRETS,
    START_JOB,
    Operation,
)
from entrasync.graph.wire.responses import GRAPH_HEADERS, Response
from tests.support.secret_forms import find_pieces, forms_of


def envelope(code: str, message: str | None = "", **more: Any) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, **more}}).encode()


def make_response(status: int, body: bytes = b"", **headers: str) -> Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {"request-id": "req-1", **names}, body)


def classify_response(operation: Operation, status: int, body: bytes = b"", **headers: str) -> EntraSyncError:
    return classify(operation, make_response(status, body, **headers))


NO_TOKEN = envelope("InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
NO_MESSAGE = envelope("UnknownError", "")
DENIED = envelope("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


class TestClassify:
    @pytest.mark.parametrize(
        ("fact", "operation", "status", "body", "kind", "reason"),
        [
            ("an expired token", START_JOB, 401, NO_TOKEN, InvalidToken, Reason.GRAPH_UNREACHABLE),
            ("401 without a message", START_JOB, 401, NO_MESSAGE, PossiblyReplicating, Reason.PERMISSION_MISSING),
            ("401 with an empty body", START_JOB, 401, b"", PossiblyReplicating, Reason.PERMISSION_MISSING),
            ("a missing permission", START_JOB, 403, DENIED, PossiblyReplicating, Reason.PERMISSION_MISSING),
            ("an unknown job", START_JOB, 404, NO_MESSAGE, PossiblyReplicating, Reason.REQUEST_REFUSED),
            (
                "another change settling",
                START_JOB,
                409,
                envelope("Conflict"),
                PossiblyReplicating,
                Reason.REQUEST_REFUSED,
            ),
            ("a wrong template", CREATE_JOB, 400, envelope("BadRequest", "No."), Refused, Reason.REQUEST_REFUSED),
            ("a path of beta", START_JOB, 405, envelope("Request_BadRequest"), Refused, Reason.REQUEST_REFUSED),
            ("a redirect", LIST_JOBS, 302, b"", Refused, Reason.REQUEST_REFUSED),
            ("a throttled read", LIST_JOBS, 429, envelope("TooManyRequests"), Transient, Reason.THROTTLED),
            ("a throttled create", CREATE_JOB, 429, envelope("TooManyRequests"), Transient, Reason.THROTTLED),
            ("a read that timed out there", LIST_JOBS, 408, b"", Transient, Reason.GRAPH_UNREACHABLE),
            ("a create that timed out there", CREATE_JOB, 408, b"", OutcomeUnknown, Reason.GRAPH_UNREACHABLE),
            (
                "an outage, reading",
                LIST_JOBS,
                503,
                envelope("serviceNotAvailable"),
                Transient,
                Reason.GRAPH_UNREACHABLE,
            ),
            ("an outage, creating", CREATE_JOB, 500, b"<html>", OutcomeUnknown, Reason.GRAPH_UNREACHABLE),
            ("a gateway's timeout, starting", START_JOB, 504, b"", OutcomeUnknown, Reason.GRAPH_UNREACHABLE),
        ],
    )
    def test_returns_one_error_for_each_response(
        self, fact: str, operation: Operation, status: int, body: bytes, kind: type[EntraSyncError], reason: Reason
    ) -> None:
        error = classify_response(operation, status, body)
        assert (type(error), error.reason) == (kind, reason), fact

    def test_refuses_a_lasting_404_and_retries_a_lasting_409(self) -> None:
        gone, busy = classify_response(START_JOB, 404, NO_MESSAGE), classify_response(START_JOB, 409)
        assert isinstance(gone, PossiblyReplicating)
        assert isinstance(gone.settled, Refused)
        assert isinstance(busy, PossiblyReplicating)
        assert isinstance(busy.settled, Transient)

    @pytest.mark.parametrize("body", [b"<html>Who are you?</html>", NO_MESSAGE, NO_TOKEN, DENIED])
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
    def test_does_not_take_a_proxys_response_for_absence_or_refusal(self, status: int, body: bytes) -> None:
        """All responses of Graph have its headers (graph-facts 6.2). Others' bodies can look like Graph's errors."""
        error = classify(LIST_JOBS, Response(status, {"content-type": "application/json"}, body))
        assert type(error) is Transient
        assert error.reason is Reason.GRAPH_UNREACHABLE

    @pytest.mark.parametrize("header", GRAPH_HEADERS)
    def test_takes_a_response_with_any_of_graphs_headers_for_graphs(self, header: str) -> None:
        assert isinstance(classify(LIST_JOBS, Response(404, {header: "x"}, NO_MESSAGE)), PossiblyReplicating)

    def test_asks_again_after_a_429_when_the_pause_that_is_made_is_over(self) -> None:
        """Graph may ask for none, and for less than after the refusals before."""
        error = classify(CREATE_JOB, make_response(429, retry_after="1"), pause=timedelta(seconds=17))
        assert isinstance(error, Transient)
        assert error.after == timedelta(seconds=17)

    def test_keeps_the_retry_after_of_an_outage_for_reads(self) -> None:
        error = classify_response(LIST_JOBS, 503, retry_after="9")
        assert isinstance(error, Transient)
        assert error.after == timedelta(seconds=9)

    def test_finds_the_code_of_a_token_error_above_a_deeper_code(self) -> None:
        body = envelope("InvalidAuthenticationToken", "", innerError={"code": "Lifetime"})
        assert isinstance(classify_response(LIST_JOBS, 401, body), InvalidToken)

    def test_unwraps_an_error_inside_a_string(self) -> None:
        inner = '{\r\n  "error":{"code":"InvalidNotificationSettings","message":null,"details":[],"innerError":null}}'
        error = classify_response(CREATE_JOB, 400, envelope("UnknownError", inner))
        assert isinstance(error, Refused)
        assert error.answer.code == "InvalidNotificationSettings"
        assert error.words == "Graph refused to create a job (400 InvalidNotificationSettings)."

    @pytest.mark.parametrize("name", ["innerError", "innererror"])
    def test_uses_the_innermost_code_in_both_spellings(self, name: str) -> None:
        body = envelope("BadRequest", "Outer.", **{name: {"code": "Deep", "request-id": "x"}})
        error = classify_response(CREATE_JOB, 400, body)
        assert isinstance(error, Refused)
        assert (error.answer.code, error.answer.message) == ("Deep", "Outer.")

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b'{"error": 1}', b"\xff\xfe", b"[" * 100_000])
    def test_accepts_any_body(self, body: bytes) -> None:
        error = classify_response(CREATE_JOB, 400, body)
        assert isinstance(error, Refused)
        assert error.answer.code == ""

    def test_reads_only_so_many_nested_errors(self) -> None:
        nested: dict[str, Any] = {}
        for _ in range(500):
            nested = {"code": "Nested", "innerError": nested}
        assert isinstance(classify_response(CREATE_JOB, 400, json.dumps({"error": nested}).encode()), Refused)


class TestClassifyMissingPermission:
    def test_names_the_permission_and_the_roles_of_the_token(self) -> None:
        token = AccessToken("x", app_id="app-1", roles=("User.Read.All",))
        error = classify(START_JOB, make_response(403, DENIED), token=token)
        assert error.message == (
            'Graph refused to start the job (403 Authorization_RequestDenied: "Insufficient privileges to complete the '
            'operation."). The token carries the roles: User.Read.All. Grant app app-1 the Graph application '
            f"permission Synchronization.ReadWrite.All or {OWNED_BY} (as an owner of the service principal), "
            "with admin consent."
        )

    def test_advises_ownership_when_the_token_has_only_owned_by(self) -> None:
        """The most reported trap: for OwnedBy without ownership Graph answers 401 UnknownError without a message."""
        token = AccessToken("x", app_id="app-1", roles=(OWNED_BY,))
        message = classify(START_JOB, make_response(401, NO_MESSAGE), token=token).message
        assert "counts only if app app-1 owns the service principal" in message
        assert "grant Synchronization.ReadWrite.All" in message

    def test_advises_for_a_list_what_the_create_needs_too(self) -> None:
        """With only the least permission, Synchronization.Read.All, the create would be refused next."""
        message = classify(LIST_JOBS, make_response(403, DENIED), token=AccessToken("x")).message
        assert f"permission Synchronization.ReadWrite.All or {OWNED_BY}" in message
        assert "Read.All or" not in message

    def test_advises_other_permissions_for_the_directory_than_for_jobs(self) -> None:
        token = AccessToken("x", roles=("Synchronization.ReadWrite.All",))
        assert "Application.Read.All or" in classify(GET_SERVICE_PRINCIPAL, make_response(403), token=token).message


class TestMessageOfClassify:
    def test_leaves_out_the_request_id_which_the_answer_keeps(self) -> None:
        """A message that is new at each look would cause a status write at each look."""
        error = classify_response(CREATE_JOB, 400, envelope("BadRequest", "No."))
        assert isinstance(error, Refused)
        assert error.answer.request_id == "req-1"
        assert "req-1" not in error.message

    @pytest.mark.parametrize("form", list(forms_of("")))
    def test_shows_no_form_of_a_secret_that_was_sent(self, form: str) -> None:
        secret = "canary~of+that/app=\n"
        body = envelope(forms_of(secret)[form], f"'{forms_of(secret)[form]}' was refused.")
        error = classify(PUT_SECRETS, make_response(400, body), secrets=[secret])
        assert isinstance(error, Refused)
        assert find_pieces(error.message + error.answer.code + error.answer.message, secret) == []
        assert "was refused." in error.message

    def test_shows_no_token_that_a_proxy_repeats(self) -> None:
        token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl"
        body = envelope("InvalidAuthenticationToken", f"Bad header Bearer {token}")
        message = classify(LIST_JOBS, make_response(401, body), token=AccessToken(token)).message
        assert message == 'Graph does not take our token (401 InvalidAuthenticationToken: "Bad header Bearer *").'

    def test_shortens_a_long_message_to_one_line(self) -> None:
        error = classify_response(CREATE_JOB, 400, envelope("BadRequest", "a\r\n\tb\x00" + "x" * 10_000))
        assert isinstance(error, Refused)
        assert error.answer.message.startswith("a b xxx")
        assert len(error.answer.message) == MAX_QUOTE_LENGTH


class TestMakeLostError:
    @pytest.mark.parametrize(
        ("operation", "is_sent", "kind"),
        [(LIST_JOBS, True, Transient), (CREATE_JOB, True, OutcomeUnknown), (CREATE_JOB, False, Transient)],
    )
    def test_leaves_only_a_sent_write_unknown(
        self, operation: Operation, is_sent: bool, kind: type[EntraSyncError]
    ) -> None:
        assert type(make_lost_error(operation, "ReadError", is_sent=is_sent)) is kind


class TestMakeUnreadableError:
    def test_leaves_only_a_write_unknown(self) -> None:
        assert type(make_unreadable_error(LIST_JOBS, "it is not JSON")) is Transient
        assert type(make_unreadable_error(CREATE_JOB, "it is not JSON")) is OutcomeUnknown
