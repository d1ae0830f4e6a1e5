"""A GraphConnection that does not work says why and logs in again later."""

import asyncio
from dataclasses import replace
from typing import NoReturn

import pytest

from entrasync.reconcile.connection.registry import ConnectionFault
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_harness import KEY, POLL, SECRET, ConnectionHarness, client_secret_spec, connection
from tests.support.facts import minutes


class TestFaultyConnection:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (None, "There is no Secret identity/entra. spec.clientSecret needs it: create it"),
            ({}, "Secret identity/entra has no key secret. It is empty."),
            ({"other": "x", "more": "y"}, "Secret identity/entra has no key secret. It has: more, other."),
            ({"secret": " \n"}, "Key secret of Secret identity/entra is empty."),
        ],
    )
    async def test_a_faulty_connection_says_what_is_wrong_with_its_secret(
        self, harness: ConnectionHarness, data: dict[str, str] | None, words: str
    ) -> None:
        harness.secrets.remove(SECRET)
        if data is not None:
            harness.secrets.put(SECRET, **data)
        assert await harness.run(connection()) == Outcome(POLL)
        status, reason, message = harness.condition()
        assert (status, reason) == ("False", "SecretUnreadable")
        assert words in message
        assert harness.condition("Stalled") == ("True", "SecretUnreadable", message)
        assert harness.entra.logins == []

    async def test_a_faulty_connection_shows_entras_message(self, harness: ConnectionHarness) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        assert harness.condition() == ("False", "CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert harness.recorded.reasons == ["CredentialRefused"]
        assert harness.connections.get(KEY) == ConnectionFault(
            "CredentialRefused", "AADSTS7000215: Invalid client secret"
        )

    async def test_a_faulty_connection_names_the_missing_right(self, harness: ConnectionHarness) -> None:
        harness.secrets.forbidden.add(KEY.namespace)
        await harness.run(connection())
        assert harness.condition()[1] == "SecretUnreadable"
        assert "lacks the right get" in harness.condition()[2]

    async def test_a_connection_does_not_use_a_secret_without_the_label(self, harness: ConnectionHarness) -> None:
        harness.secrets.unlabelled.add(SECRET)
        await harness.run(connection())
        assert harness.condition()[1] == "SecretUnreadable"
        command = "kubectl label secret entra --namespace identity entrasync.io/watch=true"
        assert command in harness.condition()[2]
        assert harness.entra.logins == []

    async def test_a_faulty_connection_names_an_unknown_cloud(self, harness: ConnectionHarness) -> None:
        await harness.run(connection(client_secret_spec(cloud="Mars")))
        assert harness.condition()[:2] == ("False", "CloudUnknown")

    async def test_a_faulty_connection_reports_a_stored_spec_that_cannot_be_read(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(replace(connection(), spec=None, invalid_spec="spec.tenantId: Field required"))
        assert harness.condition()[1] == "InvalidSpec"
        assert "spec.tenantId: Field required" in harness.condition()[2]

    async def test_a_faulty_connection_logs_in_again_at_each_poll_and_is_reported_once(
        self, harness: ConnectionHarness
    ) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        await harness.poll()
        await harness.poll()
        assert harness.entra.logins == ["wrong"] * 3
        assert len(harness.server.writes) == 1
        assert harness.recorded.reasons == ["CredentialRefused"]

    async def test_a_faulty_connection_logs_in_again_within_minutes_however_rare_the_polls(self) -> None:
        harness = ConnectionHarness(poll_interval=minutes(24 * 60))
        harness.secrets.put(SECRET, secret="wrong")
        assert await harness.run(connection()) == Outcome(minutes(5))

    async def test_a_faulty_connection_works_again_once_its_secret_is_corrected(
        self, harness: ConnectionHarness
    ) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="right")
        await harness.poll()
        assert harness.condition()[:2] == ("True", "Connected")
        assert harness.condition("Stalled") == ("", "", "")
        assert harness.recorded.reasons == ["CredentialRefused", "Connected"]

    async def test_a_faulty_connection_drops_the_permissions_of_the_refused_credential(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="wrong")
        await harness.poll()
        assert not {"roles", "missingPermissions"} & set(harness.status)

    async def test_a_faulty_connection_closes_its_unused_clients(self, harness: ConnectionHarness) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        await harness.poll()
        assert harness.entra.opened
        assert all(access.is_closed for access in harness.entra.opened)

    async def test_a_pass_that_is_cancelled_during_its_login_closes_its_client(
        self, harness: ConnectionHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cancel(_: object) -> NoReturn:
            raise asyncio.CancelledError

        monkeypatch.setattr(harness.entra, "check", cancel)
        with pytest.raises(asyncio.CancelledError):
            await harness.run(connection())
        [access] = harness.entra.opened
        assert access.is_closed
