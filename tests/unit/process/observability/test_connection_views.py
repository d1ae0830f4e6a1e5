"""What the metrics show of a GraphConnection."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.primitives.times import write_time
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.client import GraphClient
from entrasync.graph.secret_expiry import SecretExpiry
from entrasync.process.observability.connection_views import (
    ConnectionView,
    ConnectionViews,
    view_operator_connection,
)
from tests.support.connection_harness import CLIENT, KEY, ConnectionHarness, client_secret_spec, connection
from tests.support.facts import NOW, TENANT
from tests.support.fake_graph import FakeGraph
from tests.support.scripted_credentials import CREDENTIALS, GLOBAL
from tests.support.scripted_login import ScriptedLogin

CERTIFICATE = {"clientId": CLIENT, "secretRef": {"name": "entra-tls"}}
WORKLOAD = {"clientId": CLIENT, "serviceAccountRef": {"name": "sync"}}


def view_of(harness: ConnectionHarness) -> ConnectionView:
    [view] = ConnectionViews(harness.store, harness.connections)
    return view


class TestConnectionViews:
    async def test_show_the_tenant_and_the_pause_of_the_login_in_use(self) -> None:
        harness = ConnectionHarness()
        await harness.run(connection())
        [access] = harness.entra.opened
        cast("FakeGraph", access.api).pause = timedelta(seconds=9)
        view = view_of(harness)
        assert (view.labels, view.tenant_id) == (["GraphConnection", KEY.namespace, KEY.name], TENANT)
        assert (view.works, view.pause) == (True, timedelta(seconds=9))

    @pytest.mark.parametrize(
        ("spec", "credential"),
        [
            (client_secret_spec(), "secret"),
            (client_secret_spec(clientSecret=None, clientCertificate=CERTIFICATE), "certificate"),
            (client_secret_spec(clientSecret=None, workloadIdentity=WORKLOAD), ""),
        ],
        ids=["client secret", "client certificate", "workload identity"],
    )
    def test_show_the_end_of_a_credential_that_the_status_has(self, spec: GraphConnectionSpec, credential: str) -> None:
        harness = ConnectionHarness()
        harness.apply(connection(spec, status={"credentialExpiresAt": write_time(NOW)}))
        view = view_of(harness)
        assert (view.credential, view.credential_expires_at) == (credential, NOW)

    def test_show_no_end_of_a_spec_that_cannot_be_read(self) -> None:
        harness = ConnectionHarness()
        harness.apply(replace(connection(), spec=None, invalid_spec="It has no tenantId."))
        assert view_of(harness).credential == ""

    async def test_show_a_connection_that_never_logged_in_as_one_that_does_not_work(self) -> None:
        harness = ConnectionHarness()
        harness.entra.good.clear()
        await harness.run(connection())
        view = view_of(harness)
        assert (view.works, view.pause, view.credential_expires_at) == (False, timedelta(), None)

    async def test_show_no_tenant_of_a_spec_that_cannot_be_read(self) -> None:
        harness = ConnectionHarness()
        harness.apply(replace(connection(), spec=None, invalid_spec="It has no tenantId."))
        assert view_of(harness).tenant_id == ""


class TestViewOfTheOperatorConnection:
    async def test_shows_the_end_of_a_certificate(self) -> None:
        tokens, expiry = await log_in("certificate")
        view = view_operator_connection(PAUSED, tokens, expiry)
        assert view is not None
        assert (view.credential, view.credential_expires_at) == ("certificate", tokens.certificate_expires_at)
        assert view.credential_expires_at is not None

    async def test_shows_the_end_of_a_client_secret_once_graph_has_told_it(self) -> None:
        tokens, expiry = await log_in("secret")
        for told in (None, NOW):
            expiry.known = CredentialExpiry(told) if told else None
            view = view_operator_connection(PAUSED, tokens, cast("SecretExpiry", expiry))
            assert view is not None
            assert (view.credential, view.credential_expires_at) == ("secret", told)

    async def test_shows_no_end_of_a_managed_identity(self) -> None:
        tokens, _ = await log_in("machine")
        view = view_operator_connection(PAUSED, tokens, None)
        assert view is not None
        assert view.credential_expires_at is None


PAUSED = cast("GraphClient", SimpleNamespace(pause=timedelta(seconds=9)))


async def log_in(kind: str) -> tuple[TokenSource, Any]:
    """Log in by one kind of credential, of whose end Graph has told nothing."""
    tokens = TokenSource(GLOBAL, CREDENTIALS[kind], transport=ScriptedLogin().transport)
    await tokens.log_in()
    return tokens, SimpleNamespace(known=None)
