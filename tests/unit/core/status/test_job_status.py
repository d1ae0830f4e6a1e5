"""What is told: conditions as kstatus reads them, and nothing new where nothing is new."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType, Reason
from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.core.decision.condition import LONGEST_MESSAGE, Condition, merge_conditions
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_go_duration, write_precise_time
from entrasync.core.resource.job_resource import Operation, Resource
from entrasync.core.status.job_status import (
    build_status,
    build_suspended_status,
    build_unseen_status,
    record_observation,
    with_intent,
    without_intent,
)
from tests.support.facts import (
    JOB,
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    TENANT,
    ago,
    desired,
    facts,
    holder,
    minutes,
    operation,
    quarantined_job,
    remote_job,
    resource,
    seconds,
)

STALL = Stall(Reason.CONFLICT, "Somebody else has it.")
WAIT = Wait(Reason.STARTING, "It starts.", seconds(5))
RETRY = Retry(Reason.GRAPH_UNREACHABLE, "No answer.")
LATER = NOW + minutes(1)


def conditions(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["type"]: entry for entry in status["conditions"]}


def told(status: dict[str, Any], kind: ConditionType) -> tuple[str, str]:
    entry = conditions(status)[kind]
    return entry["status"], entry["reason"]


def concluded(seen: Facts, halt: Halt | None = None) -> dict[str, Any]:
    """A whole pass over a status: what was seen, then what is said of it."""
    written = record_observation(seen).status
    return build_status(replace(seen, resource=replace(seen.resource, status=written)), halt, wall=seen.now)


def after(seen: Facts, halt: Halt | None = None, **overlay: Any) -> Resource:
    """The resource as the API server has it after such a pass."""
    return replace(seen.resource, **({"status": concluded(seen, halt)} | overlay))


class TestReady:
    @pytest.mark.parametrize(
        ("job", "halt", "ready", "progress"),
        [
            (remote_job(), None, ("True", Reason.HEALTHY), None),
            (remote_job(code="NotRun"), None, ("True", Reason.NOT_RUN_YET), None),
            (remote_job(state="Disabled"), None, ("True", Reason.PAUSED), None),
            (remote_job(state=None), None, ("True", Reason.HEALTHY), None),
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
    def test_is_always_told_and_reconciling_or_stalled_only_while_true(
        self, job: Any, halt: Halt | None, ready: tuple[str, str], progress: ConditionType | None
    ) -> None:
        status = concluded(facts(holder(), *filter(None, [job])), halt)
        assert told(status, ConditionType.READY) == ready
        present = {ConditionType.RECONCILING, ConditionType.STALLED} & set(conditions(status))
        assert present == ({progress} if progress else set())
        assert status["observedGeneration"] == 1

    def test_conditions_stand_in_one_order(self) -> None:
        kinds = [entry["type"] for entry in concluded(facts(holder(), quarantined_job()))["conditions"]]
        assert kinds == [str(kind) for kind in ConditionType if kind in kinds]

    def test_health_is_told_of_a_held_job_only(self) -> None:
        assert ConditionType.QUARANTINED not in conditions(concluded(facts(resource(), quarantined_job()), STALL))

    def test_a_look_that_does_not_show_the_job_changes_nothing_about_its_health(self) -> None:
        """Else the blink of a stale replica would tell the quarantine anew."""
        sick = after(facts(holder(), quarantined_job()))
        missing = concluded(facts(sick, now=LATER), Wait(Reason.JOB_MISSING, "Not shown.", seconds(1)))
        for kind in (ConditionType.QUARANTINED, ConditionType.STEADY_STATE):
            assert conditions(missing)[kind] == conditions(dict(sick.status))[kind]
        assert missing["synchronizationStatus"] == sick.status["synchronizationStatus"]

    def test_a_pause_by_graph_leaves_the_spec_applied(self) -> None:
        status = concluded(facts(holder(), remote_job(state="Disabled")), Stall(Reason.PAUSED_BY_GRAPH, "x"))
        assert told(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)
        assert told(status, ConditionType.READY) == ("False", Reason.PAUSED_BY_GRAPH)


class TestAJobThatWasNeverAuthorised:
    UNCONFIGURED = remote_job(code="NotConfigured")

    def test_is_a_persons_turn_though_the_spec_is_applied(self) -> None:
        status = concluded(facts(holder(), self.UNCONFIGURED))
        for kind, expected in {
            ConditionType.READY: ("False", Reason.NOT_CONFIGURED),
            ConditionType.STALLED: ("True", Reason.NOT_CONFIGURED),
            ConditionType.APPLIED: ("True", Reason.APPLIED),
        }.items():
            assert told(status, kind) == expected
        message = conditions(status)[ConditionType.STALLED]["message"]
        assert "Give spec.application.credentials" in message
        assert "Provisioning page" in message

    def test_is_not_told_while_anything_else_is_under_way(self) -> None:
        assert told(concluded(facts(holder(), self.UNCONFIGURED), WAIT), ConditionType.READY)[1] == Reason.STARTING

    def test_is_not_told_of_one_that_rests(self) -> None:
        status = concluded(facts(holder(), remote_job(state="Disabled", code="NotConfigured")))
        assert told(status, ConditionType.READY) == ("True", Reason.PAUSED)

    @pytest.mark.parametrize(
        ("started", "ready"),
        [(seconds(10), ("True", Reason.NOT_RUN_YET)), (minutes(5), ("False", Reason.NOT_CONFIGURED))],
    )
    def test_is_not_told_right_after_a_start(self, started: timedelta, ready: tuple[str, str]) -> None:
        subject = holder(status={"lastStartTime": write_precise_time(ago(started))})
        assert told(concluded(facts(subject, self.UNCONFIGURED)), ConditionType.READY) == ready


class TestQuarantine:
    def test_the_message_has_error_since_when_next_attempt_and_the_day_of_disabling(self) -> None:
        status = concluded(facts(holder(), quarantined_job()))
        entry = conditions(status)[ConditionType.QUARANTINED]
        assert entry["reason"] == "EncounteredQuarantineException"
        assert entry["message"] == (
            f"Graph put job {JOB} in quarantine (EncounteredQuarantineException). InvalidCredentials: No. "
            "Since 2026-11-01 11:00 UTC. Next attempt 2026-11-01 17:00 UTC. "
            "Graph disables the job on 2026-11-29 if it does not recover."
        )
        assert conditions(status)[ConditionType.READY]["message"] == entry["message"]

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
    def test_an_odd_one_is_still_told(self, overlay: dict[str, Any]) -> None:
        entry = conditions(concluded(facts(holder(), quarantined_job(**overlay))))[ConditionType.QUARANTINED]
        assert entry["status"] == "True"
        assert entry["reason"].isidentifier()
        entry["message"].encode()
        assert len(entry["message"]) <= LONGEST_MESSAGE

    def test_pruned_escrows_have_a_condition_only_while_true(self) -> None:
        assert ConditionType.ESCROWS_PRUNED not in conditions(concluded(facts(holder(), remote_job())))
        status = concluded(facts(holder(), remote_job(escrowsPruned=True)))
        assert told(status, ConditionType.ESCROWS_PRUNED) == ("True", Reason.ESCROWS_PRUNED)

    def test_steady_state_is_told_either_way(self) -> None:
        never = concluded(facts(holder(), remote_job(steadyStateFirstAchievedTime="0001-01-01T00:00:00Z")))
        once = concluded(facts(holder(), remote_job(steadyStateFirstAchievedTime="2026-10-01T00:00:00.1234567Z")))
        assert told(never, ConditionType.STEADY_STATE) == ("False", Reason.NOT_ACHIEVED)
        assert told(once, ConditionType.STEADY_STATE) == ("True", Reason.ACHIEVED)


class TestTransitions:
    def entry(self, before: list[dict[str, Any]], status: Any, reason: str, now: str) -> dict[str, Any]:
        wanted = [Condition(ConditionType.READY, status, reason, "x")]
        return merge_conditions(before, wanted, generation=2, now=now)[0]

    def test_the_time_moves_only_with_the_status(self) -> None:
        first = self.entry([], "False", "A", "t1")
        second = self.entry([first], "False", "B", "t2")
        third = self.entry([second], "True", "B", "t3")
        assert [entry["lastTransitionTime"] for entry in (first, second, third)] == ["t1", "t1", "t3"]
        assert (second["reason"], second["observedGeneration"]) == ("B", 2)

    @pytest.mark.parametrize("stored", [None, "x", [7], [{}], [{"type": ["Ready"]}], [{"type": "Ready", "status": []}]])
    def test_odd_stored_conditions_are_passed_over(self, stored: Any) -> None:
        assert merge_conditions(stored, [], generation=1, now="t") == []
        assert Condition.read_all({"conditions": stored}) == []

    def test_messages_are_cut_and_valid_text(self) -> None:
        wanted = [Condition(ConditionType.READY, "True", "A", "\ud800" + "x" * 5000)]
        message = merge_conditions([], wanted, generation=1, now="t")[0]["message"]
        assert len(message.encode()) < 3000


class TestWhenNothingIsNew:
    @pytest.mark.parametrize(
        ("job", "halt"),
        [
            (remote_job(), None),
            (remote_job(state="Disabled"), None),
            (quarantined_job(), None),
            (quarantined_job(tenant_actionable=False), None),
            (remote_job(), STALL),
            (remote_job(), WAIT),
            (remote_job(extra={"deep": [None, {"x": 1.5}]}), None),
        ],
    )
    @pytest.mark.parametrize("origin", ["Created", "Adopted"])
    def test_a_second_pass_writes_the_same_status(self, job: Any, halt: Halt | None, origin: str) -> None:
        first = after(facts(holder(origin=origin), job), halt)
        assert concluded(facts(first, job, now=LATER), halt) == first.status

    def test_one_lost_poll_is_no_news(self) -> None:
        for subject in (
            after(facts(holder(), remote_job())),
            after(facts(holder(), remote_job()), STALL),
            after(facts(holder(), quarantined_job(tenant_actionable=False))),
        ):
            assert build_unseen_status(subject, RETRY, is_blind=False, wall=LATER) == subject.status

    def test_a_suspended_resource_tells_that_a_deletion_only_lets_go(self) -> None:
        known = {"effective": {"managementPolicy": "Manage", "deletionPolicy": "Delete", "pollInterval": "5m"}}
        after = build_suspended_status(holder(status=known), wall=NOW)["effective"]
        assert after == {"managementPolicy": "Manage", "deletionPolicy": "Retain", "pollInterval": "5m"}
        assert build_suspended_status(resource(), wall=NOW)["effective"] == {"deletionPolicy": "Retain"}

    def test_a_suspended_resource_says_so_once(self) -> None:
        status = build_suspended_status(holder(), wall=NOW)
        assert told(status, ConditionType.READY) == ("Unknown", Reason.SUSPENDED)
        assert build_suspended_status(holder(status=status), wall=LATER) == status


class TestUnseen:
    def test_ready_becomes_unknown_when_blind_and_what_was_known_stays(self) -> None:
        subject = after(facts(holder(), quarantined_job(tenant_actionable=False)))
        status = build_unseen_status(subject, RETRY, is_blind=True, wall=LATER)
        assert told(status, ConditionType.READY) == ("Unknown", Reason.GRAPH_UNREACHABLE)
        assert told(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)
        assert conditions(status)[ConditionType.QUARANTINED] == conditions(dict(subject.status))["Quarantined"]
        again = replace(subject, status=status)
        assert build_unseen_status(again, RETRY, is_blind=True, wall=LATER + minutes(1)) == status

    def test_a_person_must_act_whether_blind_or_not(self) -> None:
        status = build_unseen_status(after(facts(holder(), remote_job())), STALL, is_blind=True, wall=LATER)
        assert told(status, ConditionType.READY) == ("False", Reason.CONFLICT)
        assert told(status, ConditionType.STALLED) == ("True", Reason.CONFLICT)

    def test_a_new_generation_is_not_called_ready_unseen(self) -> None:
        subject = after(facts(holder(), remote_job()), generation=2)
        status = build_unseen_status(subject, RETRY, is_blind=False, wall=LATER)
        assert told(status, ConditionType.READY) == ("False", Reason.GRAPH_UNREACHABLE)
        assert told(status, ConditionType.APPLIED) == ("False", Reason.GRAPH_UNREACHABLE)
        assert told(status, ConditionType.RECONCILING) == ("True", Reason.GRAPH_UNREACHABLE)

    def test_a_first_look_that_fails_is_told_at_once(self) -> None:
        status = build_unseen_status(resource(), RETRY, is_blind=False, wall=NOW)
        assert told(status, ConditionType.READY) == ("False", Reason.GRAPH_UNREACHABLE)


class TestWhatIsRemembered:
    def test_identity_mirror_and_what_is_in_force(self) -> None:
        subject = resource(annotations={"entrasync.io/job-id": JOB, "entrasync.io/job-origin": "Created"})
        status = record_observation(facts(subject, remote_job())).status
        assert status["tenantId"] == TENANT
        assert status["servicePrincipalId"] == PRINCIPAL
        assert (status["origin"], status["originTime"]) == ("Created", "2026-11-01T12:00:00Z")
        assert status["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Delete",
            "pollInterval": "5m",
            "scheduleState": "Active",
        }
        assert status["job"]["id"] == JOB
        assert status["synchronizationStatus"]["code"] == "Active"

    def test_unset_fields_of_an_adopted_job_are_resolved_otherwise(self) -> None:
        status = record_observation(facts(holder(origin="Adopted"), remote_job())).status
        assert status["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Retain",
            "pollInterval": "5m",
        }

    def test_what_hangs_on_the_origin_is_left_open_until_a_job_is_held(self) -> None:
        effective = record_observation(facts(resource())).status["effective"]
        assert effective == {"managementPolicy": "Manage", "pollInterval": "5m"}
        wish = desired(deletion_policy=DeletionPolicy.DELETE)
        assert record_observation(facts(resource(wish))).status["effective"]["deletionPolicy"] == "Delete"

    def test_set_fields_are_in_force_as_they_are(self) -> None:
        wish = desired(schedule_state=ScheduleState.PAUSED, deletion_policy=DeletionPolicy.PAUSE)
        effective = record_observation(facts(holder(wish=wish), remote_job())).status["effective"]
        assert (effective["deletionPolicy"], effective["scheduleState"]) == ("Pause", "Paused")

    def test_nothing_is_pinned_before_the_job_was_seen(self) -> None:
        """A resource from a backup may meet the wrong tenant first."""
        subject = resource(annotations={"entrasync.io/job-id": JOB})
        assert not {"tenantId", "servicePrincipalId"} & set(record_observation(facts(subject)).status)

    def test_a_job_seen_ends_the_operation(self) -> None:
        subject = resource(
            annotations={"entrasync.io/job-id": JOB}, status={"operation": operation(ago(seconds(2)), "x")}
        )
        assert "operation" not in record_observation(facts(subject, remote_job())).status
        assert "operation" in record_observation(facts(subject)).status

    def test_a_job_only_named_is_not_mirrored(self) -> None:
        status = record_observation(facts(resource(desired(job_id=JOB)), remote_job(template="other"))).status
        assert "job" not in status

    def test_the_mirror_of_a_former_job_goes(self) -> None:
        subject = holder("new", status={"job": {"id": "old"}, "pause": {"by": "Graph", "reason": "x"}})
        status = record_observation(facts(subject, remote_job("new"))).status
        assert status["job"]["id"] == "new"
        assert "pause" not in status
        assert status["originTime"] == "2026-11-01T12:00:00Z"


class TestTheIntent:
    INTENT = Operation(NOW, PRINCIPAL, "scim", frozenset({"b", "a"}))

    def test_is_written_with_what_settles_it_and_forgets_the_job_held(self) -> None:
        status = with_intent(holder(), self.INTENT, action="RecreateJob", tenant_id=TENANT)
        assert status["operation"] == operation(NOW, "a", "b", action="RecreateJob")
        assert not {"job", "synchronizationStatus", "originTime"} & set(status)

    def test_refused_leaves_a_resource_that_never_held_a_job_free_to_go_elsewhere(self) -> None:
        status = with_intent(resource(), self.INTENT, action="CreateJob", tenant_id=TENANT)
        moved = resource(desired(service_principal_id=OTHER_PRINCIPAL), status=status)
        assert without_intent(moved) == {}

    def test_refused_keeps_one_that_held_a_job_where_it_is(self) -> None:
        status = with_intent(holder(), self.INTENT, action="RecreateJob", tenant_id=TENANT)
        kept = without_intent(holder(status=status))
        assert (kept["tenantId"], kept["servicePrincipalId"]) == (TENANT, PRINCIPAL)
        assert "operation" not in kept


@pytest.mark.parametrize(
    ("duration", "text"),
    [(seconds(0), "0s"), (seconds(30), "30s"), (seconds(90), "1m30s"), (minutes(5), "5m"), (minutes(1440), "24h")],
)
def test_durations_are_written_as_kubernetes_does(duration: timedelta, text: str) -> None:
    assert write_go_duration(duration) == text
