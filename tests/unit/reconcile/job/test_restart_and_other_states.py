"""A requested restart of a job that is paused, in quarantine, or about to get a new provisioning scope."""

from entrasync.api.policies import RestartScope, ScheduleState
from entrasync.core.primitives.times import write_time
from tests.support.application_passes import SECRET, settle_application
from tests.support.facts import application, holder, hours, quarantined_job, remote_job
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import DEFAULT, annotate, ask, settle, wish


class TestPausedJob:
    WAITS = "The restart by spec.restart.token one would start the job, so it waits until the job runs."

    async def test_a_restart_of_a_paused_job_waits_until_it_runs(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness, schedule_state=ScheduleState.PAUSED)
        harness.edit(key, desired=wish("one", schedule_state=ScheduleState.PAUSED))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Ready") == ("True", "Paused")
        assert harness.message(key, "Ready").endswith(self.WAITS)
        harness.edit(key, desired=wish("one", schedule_state=ScheduleState.ACTIVE))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["pause_job", "start_job", "restart_job"]
        assert self.WAITS not in harness.message(key, "Ready")

    async def test_a_restart_waits_for_the_end_of_a_hold(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        until = write_time(harness.clock.now() + hours(1))
        annotate(harness, key, hold_until=until)
        await harness.run(key)
        await ask(harness, key, "one")
        assert harness.graph.writes == ["pause_job"]
        await harness.run_until(key, hours(2))
        assert harness.graph.writes == ["pause_job", "start_job", "restart_job"]

    async def test_an_adopted_job_that_somebody_has_paused_stays_so(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(origin="Adopted"))
        await harness.run(key)
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await ask(harness, key, "one")
        assert harness.graph.writes == []
        assert harness.message(key, "Ready").endswith(self.WAITS)

    async def test_a_job_that_graph_has_paused_is_started_by_it(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "PausedByGraph")
        await ask(harness, key, "one")
        assert harness.graph.writes == ["restart_job"]
        assert harness.condition(key, "Stalled") == ("", "")

    async def test_a_job_that_graph_has_paused_stays_so_where_spec_pauses_it_too(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await harness.run(key)
        await ask(harness, key, "one", schedule_state=ScheduleState.PAUSED)
        assert harness.graph.writes == []

    async def test_a_suspended_resource_restarts_its_job_when_it_goes_on(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one", is_suspended=True)
        assert harness.graph.writes == []
        await ask(harness, key, "one")
        assert harness.graph.restarts == [DEFAULT]


class TestOtherRestarts:
    async def test_a_restart_on_request_lifts_a_quarantine(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.add(quarantined_job())
        await ask(harness, key, "one")
        assert harness.graph.restarts == [DEFAULT]
        assert harness.condition(key, "Quarantined")[0] == "False"

    async def test_a_restart_on_request_is_the_one_that_a_new_scope_needs(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, application(scope="AssignedOnly"))
        await ask(harness, key, "one", application=application(scope="All"))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["put_secrets", "restart_job"]
        assert harness.graph.restarts == [DEFAULT]
        assert harness.status(key)["application"]["scopeInForce"] == "All"

    async def test_a_restart_of_the_escrows_alone_brings_no_new_scope(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, application(scope="AssignedOnly"))
        await ask(harness, key, "one", RestartScope.ESCROWS, application=application(scope="All"))
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [("Escrows",), ()]

    async def test_a_secret_that_cannot_be_read_keeps_the_token_unused(self, harness: ReconcilerHarness) -> None:
        """A restart on the old credentials would not help who changes both in one commit."""
        key = await settle(harness)
        missing = application("SecretToken<scim.token")
        await ask(harness, key, "one", application=missing)
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")
        assert "restarts" not in harness.status(key)
        harness.secrets.put(SECRET, token="here")
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["put_secrets", "restart_job"]
