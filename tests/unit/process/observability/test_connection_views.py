"""What the metrics show of a GraphConnection."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

from entrasync.process.observability.connection_views import ConnectionView, ConnectionViews
from tests.support.connection_harness import KEY, ConnectionHarness, connection
from tests.support.facts import NOW, TENANT
from tests.support.fake_graph import FakeGraph


def view_of(harness: ConnectionHarness) -> ConnectionView:
    [view] = ConnectionViews(harness.store, harness.connections, harness.logins)
    return view


class TestConnectionViews:
    async def test_show_the_pause_and_the_certificate_of_the_login_in_use(self) -> None:
        harness = ConnectionHarness()
        await harness.run(connection())
        [access] = harness.entra.opened
        cast("FakeGraph", access.api).pause, access.certificate_expires_at = timedelta(seconds=9), NOW
        view = view_of(harness)
        assert (view.labels, view.tenant_id) == (["GraphConnection", KEY.namespace, KEY.name], TENANT)
        assert (view.works, view.pause, view.certificate_expires_at) == (True, timedelta(seconds=9), NOW)

    async def test_show_a_connection_that_never_logged_in_as_one_that_does_not_work(self) -> None:
        harness = ConnectionHarness()
        harness.entra.good.clear()
        await harness.run(connection())
        view = view_of(harness)
        assert (view.works, view.pause, view.certificate_expires_at) == (False, timedelta(), None)

    async def test_show_no_tenant_of_a_spec_that_cannot_be_read(self) -> None:
        harness = ConnectionHarness()
        harness.apply(replace(connection(), spec=None, invalid_spec="It has no tenantId."))
        assert view_of(harness).tenant_id == ""
