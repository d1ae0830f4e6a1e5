"""A pass that finds nothing new, and one that sees nothing at all."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Halt, Stall
from entrasync.core.status.job_status import (
    build_suspended_status,
    build_unseen_status,
)
from tests.support.facts import (
    NOW,
    facts,
    holder,
    minutes,
    quarantined_job,
    remote_job,
    resource,
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


class TestUnchangedStatus:
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
        first = resource_after(facts(holder(origin=origin), job), halt)
        assert status_after(facts(first, job, now=LATER), halt) == first.status

    def test_one_failed_poll_writes_the_same_status(self) -> None:
        for subject in (
            resource_after(facts(holder(), remote_job())),
            resource_after(facts(holder(), remote_job()), STALL),
            resource_after(facts(holder(), quarantined_job(tenant_actionable=False))),
        ):
            assert build_unseen_status(subject, RETRY, is_blind=False, wall=LATER).write() == subject.status

    def test_a_suspended_resource_shows_that_its_deletion_retains_the_job(self) -> None:
        known = {"effective": {"managementPolicy": "Manage", "deletionPolicy": "Delete", "pollInterval": "5m"}}
        after = build_suspended_status(holder(status=known), wall=NOW).write()["effective"]
        assert after == {"managementPolicy": "Manage", "deletionPolicy": "Retain", "pollInterval": "5m"}
        assert build_suspended_status(resource(), wall=NOW).write()["effective"] == {"deletionPolicy": "Retain"}

    def test_a_suspended_resource_writes_its_status_once(self) -> None:
        status = build_suspended_status(holder(), wall=NOW).write()
        assert condition_of(status, ConditionType.READY) == ("Unknown", Reason.SUSPENDED)
        assert build_suspended_status(holder(status=status), wall=LATER).write() == status


class TestUnseenJob:
    def test_ready_becomes_unknown_without_graph_and_known_conditions_stay(self) -> None:
        subject = resource_after(facts(holder(), quarantined_job(tenant_actionable=False)))
        status = build_unseen_status(subject, RETRY, is_blind=True, wall=LATER).write()
        assert condition_of(status, ConditionType.READY) == ("Unknown", Reason.GRAPH_UNREACHABLE)
        assert condition_of(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)
        assert conditions_of(status)[ConditionType.QUARANTINED] == conditions_of(dict(subject.status))["Quarantined"]
        again = replace(subject, status=status)
        assert build_unseen_status(again, RETRY, is_blind=True, wall=LATER + minutes(1)).write() == status

    def test_a_stalled_resource_stays_stalled_without_graph(self) -> None:
        status = build_unseen_status(
            resource_after(facts(holder(), remote_job())), STALL, is_blind=True, wall=LATER
        ).write()
        assert condition_of(status, ConditionType.READY) == ("False", Reason.CONFLICT)
        assert condition_of(status, ConditionType.STALLED) == ("True", Reason.CONFLICT)

    def test_applied_names_the_present_fault_of_the_connection(self) -> None:
        halts = [Stall(Reason.CONNECTION_NOT_READY, f"There is no Secret {name}.") for name in ("old", "new")]
        subject = resource(status=build_unseen_status(resource(), halts[0], is_blind=False, wall=NOW).write())
        status = build_unseen_status(subject, halts[1], is_blind=False, wall=LATER).write()
        shown = conditions_of(status)
        assert {shown[kind]["message"] for kind in ("Ready", "Applied", "Stalled")} == {"There is no Secret new."}

    def test_what_was_applied_stays_applied_when_the_connection_breaks(self) -> None:
        halt = Stall(Reason.CONNECTION_NOT_READY, "There is no Secret.")
        subject = resource_after(facts(holder(), remote_job()))
        status = build_unseen_status(subject, halt, is_blind=False, wall=LATER).write()
        assert condition_of(status, ConditionType.APPLIED) == ("True", Reason.APPLIED)

    def test_a_new_generation_is_not_ready_before_graph_was_read(self) -> None:
        subject = resource_after(facts(holder(), remote_job()), generation=2)
        status = build_unseen_status(subject, RETRY, is_blind=False, wall=LATER).write()
        assert condition_of(status, ConditionType.READY) == ("False", Reason.GRAPH_UNREACHABLE)
        assert condition_of(status, ConditionType.APPLIED) == ("False", Reason.GRAPH_UNREACHABLE)
        assert condition_of(status, ConditionType.RECONCILING) == ("True", Reason.GRAPH_UNREACHABLE)

    def test_a_failed_first_read_is_reported_at_once(self) -> None:
        status = build_unseen_status(resource(), RETRY, is_blind=False, wall=NOW).write()
        assert condition_of(status, ConditionType.READY) == ("False", Reason.GRAPH_UNREACHABLE)
