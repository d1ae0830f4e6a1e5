"""Conditions about the health of a job, as kstatus reads them."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import MAX_MESSAGE_LENGTH
from entrasync.core.decision.verdicts import Halt, Stall, Wait
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.remote.jobs import RemoteJob
from tests.support.facts import (
    JOB,
    ago,
    facts,
    holder,
    minutes,
    quarantined_job,
    remote_job,
    resource,
    seconds,
)
from tests.support.job_statuses import (
    LATER,
    RETRY,
    STALL,
    WAIT,
    condition_of,
    conditions_of,
    resource_after,
    status_after,
)

UNKNOWN_STATE = Wait(Reason.STATE_UNKNOWN, "Not shown.", seconds(60))


class TestReady:
    @pytest.mark.parametrize(
        ("job", "halt", "ready", "progress"),
        [
            (remote_job(), None, ("True", Reason.HEALTHY), None),
            (remote_job(code="NotRun"), None, ("True", Reason.NOT_RUN_YET), None),
            (remote_job(state="Disabled"), None, ("True", Reason.PAUSED), None),
            (remote_job(state=None), None, ("Unknown", Reason.STATE_UNKNOWN), None),
            (remote_job(code=""), None, ("Unknown", Reason.STATE_UNKNOWN), None),
            (
                remote_job(state=None),
                UNKNOWN_STATE,
                ("Unknown", Reason.STATE_UNKNOWN),
                ConditionType.RECONCILING,
            ),
            (
                RemoteJob(JOB, {**quarantined_job().raw, "schedule": None}),
                UNKNOWN_STATE,
                ("False", Reason.QUARANTINED),
                ConditionType.STALLED,
            ),
            (remote_job(), STALL, ("False", Reason.CONFLICT), ConditionType.STALLED),
            (remote_job(), WAIT, ("False", Reason.STARTING), ConditionType.RECONCILING),
            (remote_job(), RETRY, ("False", Reason.GRAPH_UNREACHABLE), ConditionType.RECONCILING),
            (
                None,
                Wait(Reason.JOB_MISSING, "Not shown.", seconds(1)),
                ("Unknown", Reason.JOB_MISSING),
                ConditionType.RECONCILING,
            ),
            (quarantined_job(), None, ("False", Reason.QUARANTINED), ConditionType.STALLED),
            (
                quarantined_job(tenant_actionable=False),
                None,
                ("False", Reason.QUARANTINED),
                ConditionType.RECONCILING,
            ),
            (quarantined_job(error=None), None, ("False", Reason.QUARANTINED), ConditionType.RECONCILING),
            (
                quarantined_job(tenant_actionable="true"),
                None,
                ("False", Reason.QUARANTINED),
                ConditionType.RECONCILING,
            ),
        ],
    )
    def test_ready_is_always_present_and_reconciling_or_stalled_only_while_true(
        self, job: Any, halt: Halt | None, ready: tuple[str, str], progress: ConditionType | None
    ) -> None:
        status = status_after(facts(holder(), *filter(None, [job])), halt)
        assert condition_of(status, ConditionType.READY) == ready
        present = {ConditionType.RECONCILING, ConditionType.STALLED} & set(conditions_of(status))
        assert present == ({progress} if progress else set())
        assert status["observedGeneration"] == 1

    def test_conditions_are_always_in_the_same_order(self) -> None:
        kinds = [entry["type"] for entry in status_after(facts(holder(), quarantined_job()))["conditions"]]
        assert kinds == [str(kind) for kind in ConditionType if kind in kinds]

    def test_the_health_of_a_job_is_shown_only_if_it_is_held(self) -> None:
        assert ConditionType.QUARANTINED not in conditions_of(status_after(facts(resource(), quarantined_job()), STALL))

    def test_a_read_that_misses_the_job_does_not_change_its_health(self) -> None:
        """Otherwise a short lag of a stale replica would report the quarantine again."""
        sick = resource_after(facts(holder(), quarantined_job()))
        missing = status_after(facts(sick, now=LATER), Wait(Reason.JOB_MISSING, "Not shown.", seconds(1)))
        for kind in (ConditionType.QUARANTINED, ConditionType.STEADY_STATE):
            assert conditions_of(missing)[kind] == conditions_of(dict(sick.status))[kind]
        assert missing["synchronizationStatus"] == sick.status["synchronizationStatus"]

    def test_a_pause_by_graph_leaves_the_spec_applied(self) -> None:
        status = status_after(facts(holder(), remote_job(state="Disabled")), Stall(Reason.PAUSED_BY_GRAPH, "x"))
        assert condition_of(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)
        assert condition_of(status, ConditionType.READY) == ("False", Reason.PAUSED_BY_GRAPH)


class TestUnauthorisedJob:
    UNCONFIGURED = remote_job(code="NotConfigured")

    def test_a_job_that_was_never_authorised_stalls_although_the_spec_is_applied(self) -> None:
        status = status_after(facts(holder(), self.UNCONFIGURED))
        for kind, expected in {
            ConditionType.READY: ("False", Reason.NOT_CONFIGURED),
            ConditionType.STALLED: ("True", Reason.NOT_CONFIGURED),
            ConditionType.APPLIED: ("True", Reason.APPLIED),
        }.items():
            assert condition_of(status, kind) == expected
        message = conditions_of(status)[ConditionType.STALLED]["message"]
        assert "Give spec.application.credentials" in message
        assert "Provisioning page" in message

    def test_a_job_that_was_never_authorised_does_not_hide_what_is_under_way(self) -> None:
        assert (
            condition_of(status_after(facts(holder(), self.UNCONFIGURED), WAIT), ConditionType.READY)[1]
            == Reason.STARTING
        )

    def test_a_paused_job_that_was_never_authorised_does_not_stall(self) -> None:
        status = status_after(facts(holder(), remote_job(state="Disabled", code="NotConfigured")))
        assert condition_of(status, ConditionType.READY) == ("True", Reason.PAUSED)

    @pytest.mark.parametrize(
        ("started", "ready"),
        [(seconds(10), ("True", Reason.NOT_RUN_YET)), (minutes(5), ("False", Reason.NOT_CONFIGURED))],
    )
    def test_a_job_that_was_never_authorised_does_not_stall_right_after_a_start(
        self, started: timedelta, ready: tuple[str, str]
    ) -> None:
        subject = holder(status={"lastStartTime": write_precise_time(ago(started))})
        assert condition_of(status_after(facts(subject, self.UNCONFIGURED)), ConditionType.READY) == ready


class TestQuarantine:
    def test_the_message_of_a_quarantine_has_the_error_and_all_dates(self) -> None:
        status = status_after(facts(holder(), quarantined_job()))
        entry = conditions_of(status)[ConditionType.QUARANTINED]
        assert entry["reason"] == "EncounteredQuarantineException"
        assert entry["message"] == (
            f"Graph holds job {JOB} in quarantine since 2026-11-01 11:00:00 UTC (EncounteredQuarantineException). "
            "The error is InvalidCredentials: No. Mend the cause, then wait for the next attempt, or restart the job "
            "by the annotation entrasync.io/restart-requested-at. Graph tries again at 2026-11-01 17:00:00 UTC. "
            "Graph disables the job on 2026-11-29 if it does not recover."
        )
        assert conditions_of(status)[ConditionType.READY]["message"] == entry["message"]

    def test_the_error_of_the_last_execution_is_told_where_the_quarantine_has_none(self) -> None:
        error = {"code": "BoxInsufficientPermissions", "message": "No right.", "tenantActionable": True}
        job = quarantined_job(error=None)
        job.raw["status"]["lastExecution"] = {"state": "Failed", "error": error}
        status = status_after(facts(holder(), job))
        assert (
            "The error is BoxInsufficientPermissions: No right."
            in conditions_of(status)[ConditionType.QUARANTINED]["message"]
        )
        assert condition_of(status, ConditionType.STALLED) == ("True", Reason.QUARANTINED)

    @pytest.mark.parametrize("reason", ["TooManyDeletes", "EncounteredEscrowProportionThreshold"])
    def test_what_only_a_person_can_end_stalls_though_graph_does_not_call_it_the_tenants(self, reason: str) -> None:
        status = status_after(facts(holder(), quarantined_job(reason=reason, error=None)))
        assert condition_of(status, ConditionType.STALLED) == ("True", Reason.QUARANTINED)
        assert "provisioning logs" in conditions_of(status)[ConditionType.STALLED]["message"]

    @pytest.mark.parametrize(
        "overlay",
        [
            {"reason": None},
            {"reason": 7},
            {"reason": "two words"},
            {"reason": "x" * 5000},
            {"reason": "\ud800"},
            {"seriesBegan": "9999-12-31T23:59:59Z"},
            {"seriesBegan": [], "nextAttempt": {}},
            {"nextAttempt": "0001-01-01T00:00:00Z"},
            {"error": "x"},
            {"error": {"code": "\ud800", "message": ["x"], "tenantActionable": 1}},
            {"error": {"code": "x" * 10_000, "message": "y" * 1_000_000}},
        ],
    )
    def test_a_malformed_quarantine_is_still_reported(self, overlay: dict[str, Any]) -> None:
        entry = conditions_of(status_after(facts(holder(), quarantined_job(**overlay))))[ConditionType.QUARANTINED]
        assert entry["status"] == "True"
        assert entry["reason"].isidentifier()
        entry["message"].encode()
        assert len(entry["message"]) <= MAX_MESSAGE_LENGTH

    def test_pruned_escrows_have_a_condition_only_while_true(self) -> None:
        assert ConditionType.ESCROWS_PRUNED not in conditions_of(status_after(facts(holder(), remote_job())))
        status = status_after(facts(holder(), remote_job(escrowsPruned=True)))
        assert condition_of(status, ConditionType.ESCROWS_PRUNED) == ("True", Reason.ESCROWS_PRUNED)

    def test_steady_state_has_a_condition_either_way(self) -> None:
        never = status_after(facts(holder(), remote_job(steadyStateFirstAchievedTime="0001-01-01T00:00:00Z")))
        once = status_after(facts(holder(), remote_job(steadyStateFirstAchievedTime="2026-10-01T00:00:00.1234567Z")))
        assert condition_of(never, ConditionType.STEADY_STATE) == ("False", Reason.NOT_ACHIEVED)
        assert condition_of(once, ConditionType.STEADY_STATE) == ("True", Reason.ACHIEVED)
