"""When a new provisioning scope needs a restart of the job."""

from typing import Any

import pytest

from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.plan import plan
from entrasync.core.restart.actions import RestartJob
from entrasync.core.schedule.actions import StartJob
from entrasync.core.status.job_status import record_observation
from tests.support.application_facts import application_facts, save_of
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    application,
    quarantined_job,
    remote_job,
)


class TestNewScope:
    def test_a_new_scope_of_a_job_that_has_run_needs_a_restart(self) -> None:
        assert save_of(plan(application_facts(application(scope="All"), {"SyncAll": "false"}, {}))).needs_restart

    def test_a_new_scope_of_a_job_that_was_never_started_needs_no_restart(self) -> None:
        known = application_facts(application(scope="All"), {}, {}, job=remote_job(state="Disabled", code="Paused"))
        assert not save_of(plan(known)).needs_restart

    def test_a_new_scope_of_a_restored_job_that_has_run_needs_a_restart(self) -> None:
        ran = remote_job(state="Disabled", code="Paused", steadyStateFirstAchievedTime="2026-10-01T00:00:00Z")
        assert save_of(plan(application_facts(application(scope="All"), {}, {}, job=ran))).needs_restart

    def test_a_new_scope_of_an_adopted_job_needs_a_restart_even_while_it_is_paused(self) -> None:
        known = application_facts(
            application(scope="All"),
            {},
            {},
            job=remote_job(state="Disabled"),
            status={"origin": "Adopted"},
            annotations={"entrasync.io/job-origin": "Adopted"},
        )
        assert save_of(plan(known)).needs_restart

    def due(self, **overlay: Any) -> Facts:
        status = {"operation": {"action": "RestartJob", "startedAt": "2026-11-01T00:00:00Z"}}
        return application_facts(application(scope="All"), {"SyncAll": "true"}, {}, status=status, **overlay)

    def test_a_recorded_restart_restarts_a_running_job(self) -> None:
        assert plan(self.due()) == Do(RestartJob(PRINCIPAL, JOB))

    def test_a_recorded_restart_starts_a_stopped_job_first(self) -> None:
        verdict = plan(self.due(job=remote_job(state="Disabled")))
        assert isinstance(verdict, Do)
        assert isinstance(verdict.action, StartJob)

    def test_a_recorded_restart_leaves_a_paused_job_alone(self) -> None:
        resting = remote_job(state="Disabled", code="Paused")
        assert plan(self.due(wish={"schedule_state": ScheduleState.PAUSED}, job=resting)) is None

    @pytest.mark.parametrize(("actionable", "kind"), [(True, Stall), (False, Wait)])
    def test_a_recorded_restart_waits_for_the_end_of_a_quarantine(self, actionable: bool, kind: type) -> None:
        verdict = plan(self.due(job=quarantined_job(tenant_actionable=actionable)))
        assert isinstance(verdict, kind)
        assert isinstance(verdict, Stall | Wait)
        assert verdict.reason is Reason.QUARANTINED
        assert "The restart that a new provisioning scope needs would hide that, and waits." in verdict.message

    def test_a_recorded_restart_is_not_taken_for_an_unfinished_create(self) -> None:
        subject = self.due().resource
        assert subject.create_intent is None
        assert subject.is_restart_due
        assert subject.held_job_id == JOB

    def test_a_recorded_restart_stays_recorded(self) -> None:
        assert record_observation(self.due()).record.write()["operation"]["action"] == "RestartJob"
