"""Which install looks after a namespace: one alone, also where two installs have overlapping scopes."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import AdmissionDenied, Forbidden, NamespaceTerminating
from entrasync.process.namespace_leases import NamespaceLeases
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.loop_time import LoopTime, settle
from tests.support.scripted_lease import ScriptedLease

JOB = ObjectKey("team-a", "job")


class Installs:
    """Installs that share the Leases of all namespaces."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stores: defaultdict[str, ScriptedLease] = defaultdict(ScriptedLease)
        self.taken: list[tuple[str, str]] = []
        self.now = 1000.0
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._time = LoopTime(monkeypatch)

    async def begin(self, name: str) -> NamespaceLeases:
        """Start an install. Returns its Leases."""
        leases = NamespaceLeases(name, self.stores.__getitem__, monotonic=lambda: self.now)
        leases.on_taken = lambda namespace: self.taken.append((name, namespace))
        self.tasks[name] = asyncio.create_task(leases.run())
        await settle()
        return leases

    async def pass_time(self, seconds: float) -> None:
        """Let time pass in steps of a second."""
        for _ in range(round(seconds)):
            self.now += 1
            await self._time.move(timedelta(seconds=1))

    async def end(self) -> None:
        """End all installs."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


@pytest_asyncio.fixture
async def installs(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Installs]:
    found = Installs(monkeypatch)
    yield found
    await found.end()


class TestFreeNamespace:
    async def test_is_taken_at_once_when_its_first_object_is_about_to_be_acted_on(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        assert not leases.may_act(JOB)
        assert leases.find_obstacle(JOB) == "this install does not hold the Lease of its namespace"
        await settle()
        assert leases.may_act(JOB)
        assert leases.find_obstacle(JOB) is None
        assert installs.taken == [("one", "team-a")]

    async def test_stays_taken_by_a_renewal_a_minute(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await installs.pass_time(600)
        assert leases.may_act(JOB)
        assert 10 <= len(installs.stores["team-a"].writers) <= 12
        assert installs.taken == [("one", "team-a")]

    async def test_is_forgotten_when_it_has_no_object_any_more(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        leases.is_needed = lambda _: False
        await installs.pass_time(600)
        assert len(installs.stores["team-a"].writers) == 1


class TestHeldNamespace:
    async def test_is_left_alone_by_another_install_which_says_so_once(
        self, installs: Installs, caplog: pytest.LogCaptureFixture
    ) -> None:
        one, two = await installs.begin("entra/one"), await installs.begin("entra/two")
        one.may_act(JOB)
        await settle()
        two.may_act(JOB)
        await installs.pass_time(600)
        assert (one.may_act(JOB), two.may_act(JOB)) == (True, False)
        assert two.holders == {"team-a": "entra/one"}
        assert two.is_all_held_by_others
        [line] = [record.message for record in caplog.records if "looks after namespace" in record.message]
        assert line.startswith(
            "Another install, entra/one, looks after namespace team-a, so this one does nothing there."
        )

    async def test_does_not_keep_the_install_from_another_one(self, installs: Installs) -> None:
        one, two = await installs.begin("one"), await installs.begin("two")
        one.may_act(JOB)
        await settle()
        two.may_act(JOB)
        two.may_act(ObjectKey("team-b", "job"))
        await settle()
        assert two.may_act(ObjectKey("team-b", "job"))
        assert not two.is_all_held_by_others

    async def test_is_free_three_minutes_after_its_install_has_stopped(self, installs: Installs) -> None:
        one, two = await installs.begin("one"), await installs.begin("two")
        one.may_act(JOB)
        await settle()
        two.may_act(JOB)
        await settle()
        installs.tasks["one"].cancel()
        await installs.pass_time(170)
        assert not two.may_act(JOB)
        await installs.pass_time(20)
        assert two.may_act(JOB)
        assert installs.taken[-1] == ("two", "team-a")

    async def test_stays_with_its_install_when_another_replica_of_it_leads(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        installs.tasks["one"].cancel()
        successor = await installs.begin("one")
        successor.may_act(JOB)
        await settle()
        assert successor.may_act(JOB)


class TestApiServerTrouble:
    async def test_a_refused_lease_is_told_with_what_to_grant_and_stops_nothing(
        self, installs: Installs, caplog: pytest.LogCaptureFixture
    ) -> None:
        leases = await installs.begin("one")
        installs.stores["team-a"].fault = Forbidden("leases is forbidden")
        leases.may_act(JOB)
        await installs.pass_time(120)
        assert leases.may_act(JOB)
        [line] = [record.message for record in caplog.records if "refuses the Lease" in record.message]
        assert "Grant get, create and patch on leases there" in line

    async def test_a_lease_that_admission_refuses_is_told_as_such_and_stops_nothing(
        self, installs: Installs, caplog: pytest.LogCaptureFixture
    ) -> None:
        leases = await installs.begin("one")
        installs.stores["team-a"].fault = AdmissionDenied("a webhook denied the request")
        leases.may_act(JOB)
        await installs.pass_time(120)
        assert leases.may_act(JOB)
        [line] = [record.message for record in caplog.records if "refuses the Lease" in record.message]
        assert "Let the webhook or policy that refuses pass" in line
        assert "Grant" not in line

    async def test_a_refused_lease_that_another_install_held_when_last_read_leaves_the_namespace_to_it(
        self, installs: Installs
    ) -> None:
        one, two = await installs.begin("one"), await installs.begin("two")
        one.may_act(JOB)
        await settle()
        two.may_act(JOB)
        await settle()
        installs.stores["team-a"].fault = Forbidden("leases is forbidden")
        await installs.pass_time(300)
        assert not two.may_act(JOB)

    async def test_a_namespace_that_is_being_deleted_is_acted_on_without_a_word(
        self, installs: Installs, caplog: pytest.LogCaptureFixture
    ) -> None:
        leases = await installs.begin("one")
        installs.stores["team-a"].fault = NamespaceTerminating("the namespace is being terminated")
        leases.may_act(JOB)
        await settle()
        assert leases.may_act(JOB)
        assert "refuses the Lease" not in caplog.text

    async def test_a_namespace_is_not_acted_on_as_long_as_its_lease_lasts_but_for_half_of_it(
        self, installs: Installs
    ) -> None:
        """A write that begins later could end when another install has taken the Lease."""
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        installs.stores["team-a"].fault = ApiServerUnavailable("nobody answers")
        await installs.pass_time(85)
        assert leases.may_act(JOB)
        await installs.pass_time(10)
        assert not leases.may_act(JOB)

    async def test_a_namespace_is_not_acted_on_when_its_lease_could_not_be_renewed_in_time(
        self, installs: Installs
    ) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        installs.stores["team-a"].fault = ApiServerUnavailable("nobody answers")
        await installs.pass_time(200)
        assert not leases.may_act(JOB)
        installs.stores["team-a"].fault = None
        await installs.pass_time(10)
        assert leases.may_act(JOB)

    async def test_a_deleted_lease_is_made_anew(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        installs.stores["team-a"].delete()
        await installs.pass_time(70)
        assert installs.stores["team-a"].lease.holder == "one"

    async def test_a_lease_of_somebody_who_took_it_by_force_is_left_to_him(self, installs: Installs) -> None:
        leases = await installs.begin("one")
        leases.may_act(JOB)
        await settle()
        store = installs.stores["team-a"]
        store.lease = replace(store.lease, holder="two", version="77")
        await installs.pass_time(70)
        assert leases.holders == {"team-a": "two"}
        assert not leases.may_act(JOB)
