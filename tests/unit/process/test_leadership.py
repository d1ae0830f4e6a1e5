"""Leadership by a Lease: one replica acts, and it stops before another may begin."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from entrasync.kube.client.api_client import AdmissionDenied, Forbidden
from entrasync.process.leadership import LeadershipLost, NoElection
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.scripted_lease import Replicas

AWAY = ApiServerUnavailable("nobody answers")


@pytest_asyncio.fixture
async def replicas(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Replicas]:
    found = Replicas(monkeypatch)
    yield found
    await found.end()


class TestElection:
    async def test_the_first_replica_leads_at_once(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        assert first.is_leading
        assert first.find_obstacle() is None

    async def test_the_second_stands_by_as_long_as_the_first_renews(self, replicas: Replicas) -> None:
        first, second = await replicas.begin("first"), await replicas.begin("second")
        await replicas.pass_time(60)
        assert (first.is_leading, second.is_leading) == (True, False)
        assert second.find_obstacle() == "this replica does not lead"
        assert set(replicas.store.writers) == {"first"}

    async def test_the_lease_is_renewed_five_times_within_its_duration(self, replicas: Replicas) -> None:
        await replicas.begin("first")
        before = len(replicas.store.writers)
        await replicas.pass_time(20)
        assert 9 <= len(replicas.store.writers) - before <= 11

    async def test_the_second_takes_over_soon_after_the_first_was_killed(self, replicas: Replicas) -> None:
        await replicas.begin("first")
        second = await replicas.begin("second")
        await replicas.pass_time(6)
        await replicas.kill("first")
        await replicas.pass_time(7)
        assert not second.is_leading
        await replicas.pass_time(5.5)
        assert second.is_leading

    async def test_the_second_takes_over_at_its_next_look_after_a_release(self, replicas: Replicas) -> None:
        first, second = await replicas.begin("first"), await replicas.begin("second")
        await replicas.kill("first")
        await first.release()
        assert not first.is_leading
        await replicas.pass_time(2.5)
        assert second.is_leading
        assert replicas.lost == []

    async def test_an_answer_that_was_lost_is_no_second_holder(self, replicas: Replicas) -> None:
        replicas.store.loses_answers = True
        first = await replicas.begin("first")
        assert not first.is_leading
        replicas.store.loses_answers = False
        await replicas.pass_time(2.5)
        assert first.is_leading

    async def test_a_refusal_is_told_with_both_ways_out(
        self, replicas: Replicas, caplog: pytest.LogCaptureFixture
    ) -> None:
        replicas.store.fault = Forbidden("leases is forbidden")
        first = await replicas.begin("first")
        await replicas.pass_time(10)
        assert first.find_fault() == "the API server refuses the Lease; the log has why"
        [line] = [record for record in caplog.records if "refuses the Lease" in record.message]
        assert "Grant get, create and patch on leases" in line.message
        assert "--leader-election=false" in line.message
        replicas.store.fault = None
        await replicas.pass_time(2.5)
        assert first.is_leading
        assert first.find_fault() is None

    async def test_a_refusal_by_admission_is_told_as_one_and_not_as_a_missing_right(
        self, replicas: Replicas, caplog: pytest.LogCaptureFixture
    ) -> None:
        replicas.store.fault = AdmissionDenied("a webhook denied the request")
        await replicas.begin("first")
        await replicas.pass_time(10)
        [line] = [record for record in caplog.records if "Admission refuses" in record.message]
        assert "Let the webhook or policy that refuses pass" in line.message
        assert "Grant" not in line.message


class TestTerm:
    async def test_no_write_begins_after_two_renewals_have_failed(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        replicas.store.fault = AWAY
        await replicas.pass_time(4.5)
        assert first.find_obstacle() is None
        await replicas.pass_time(1)
        assert first.is_leading
        assert first.find_obstacle() == "the Lease of this replica could end before the write does"

    @pytest.mark.parametrize("is_silent", [True, False])
    async def test_ends_before_the_lease_does_when_the_api_server_is_away(
        self, replicas: Replicas, is_silent: bool
    ) -> None:
        first, second = await replicas.begin("first"), await replicas.begin("second")
        replicas.store.is_silent, replicas.store.fault = is_silent, None if is_silent else AWAY
        await replicas.pass_time(7.5)
        assert not first.is_leading
        assert replicas.lost == ["first"]
        assert not second.is_leading

    async def test_goes_on_when_the_api_server_answers_in_time(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        replicas.store.is_silent = True
        await replicas.pass_time(4.5)
        replicas.store.is_silent = False
        await replicas.pass_time(30)
        assert first.is_leading
        assert replicas.lost == []

    async def test_is_over_for_a_process_that_was_stopped_before_any_timer_is_woken(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        written = len(replicas.store.writers)
        replicas.freeze_clock_of_loop(60)
        assert not first.is_leading
        assert first.find_obstacle() == "this replica does not lead"
        await replicas.pass_time(2.5)
        assert replicas.lost == ["first"]
        assert len(replicas.store.writers) == written

    async def test_is_lost_when_another_holds_the_lease(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        replicas.store.lease = replace(replicas.store.lease, holder="second", version="99")
        await replicas.pass_time(2.5)
        assert not first.is_leading
        assert replicas.lost == ["first"]

    async def test_survives_a_renewal_whose_answer_was_lost(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        replicas.store.loses_answers = True
        await replicas.pass_time(2.5)
        replicas.store.loses_answers = False
        await replicas.pass_time(30)
        assert first.is_leading

    async def test_survives_the_deletion_of_the_lease_and_nobody_else_takes_it(self, replicas: Replicas) -> None:
        first, second = await replicas.begin("first"), await replicas.begin("second")
        replicas.store.delete()
        await replicas.pass_time(30)
        assert (first.is_leading, second.is_leading) == (True, False)
        assert replicas.store.lease.holder == "first"

    async def test_is_never_taken_again_by_a_process_that_has_lost_it(self, replicas: Replicas) -> None:
        first = await replicas.begin("first")
        replicas.store.fault = AWAY
        await replicas.pass_time(8)
        replicas.store.fault = None
        await replicas.pass_time(30)
        assert not first.is_leading
        assert replicas.lost == ["first"]
        with pytest.raises(LeadershipLost):
            await first.run()


class TestNoElection:
    async def test_always_leads(self) -> None:
        alone = NoElection()
        assert await alone.take_if_free()
        assert alone.is_leading
        assert alone.find_obstacle() is None
