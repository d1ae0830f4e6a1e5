"""A resource whose connection is missing or refused waits a minute, then for a person, and goes on at once."""

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import desired, minutes, remote_job, resource, seconds
from tests.support.reconciler_harness import ReconcilerHarness

NAMED = ObjectKey("identity", "contoso")


def connect(harness: ReconcilerHarness) -> None:
    listings = Listings(harness.graph, on_read=lambda *_: None)
    harness.connections.put(NAMED, Connection(NAMED, harness.graph, listings))


def told(harness: ReconcilerHarness) -> int:
    return harness.recorded.reasons.count("ConnectionNotReady")


class TestDisconnected:
    @pytest.mark.parametrize("fault", [None, ConnectionFault("SecretUnreadable", "No.")])
    @pytest.mark.parametrize("is_new", [True, False])
    async def test_it_is_stalled_after_a_minute_with_one_event(
        self, harness: ReconcilerHarness, fault: ConnectionFault | None, is_new: bool
    ) -> None:
        if fault:
            harness.connections.put(NAMED, fault)
        apply = harness.apply_new if is_new else harness.apply_holder
        key = apply(connection_name="contoso")
        await harness.run_until(key, seconds(59))
        assert harness.condition(key, "Reconciling") == ("True", "ConnectionNotReady")
        assert told(harness) == 0
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Stalled") == ("True", "ConnectionNotReady")
        assert harness.condition(key, "Ready")[0] == "Unknown"
        assert told(harness) == 1
        assert "GraphConnection identity/contoso" in harness.recorded.events[-1].message
        connect(harness)
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_fault_that_ends_by_itself_is_only_waited_for(self, harness: ReconcilerHarness) -> None:
        harness.connections.put(NAMED, ConnectionFault("GraphUnreachable", "No.", is_transient=True))
        key = harness.apply_new(connection_name="contoso")
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Reconciling") == ("True", "ConnectionNotReady")
        assert told(harness) == 0

    async def test_a_restart_neither_waits_nor_tells_it_again(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new(connection_name="contoso")
        await harness.run_until(key, minutes(5))
        before, written = harness.status(key), len(harness.server.writes)
        harness.restart()
        await harness.run_until(key, minutes(30))
        assert harness.status(key) == before
        assert len(harness.server.writes) == written
        assert told(harness) == 1

    async def test_a_job_that_names_the_installs_own_connection_stays_with_it(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(resource(desired(uses_install_connection=True), finalizers=()))
        default = ObjectKey("identity", "default")
        harness.connections.put(default, ConnectionFault("CredentialRefused", "No."))
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"
