"""What keeps a ProvisioningRequest from being sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from entrasync.api.policies import ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry, Stall, Wait
from entrasync.core.provisioning.rules import (
    MAX_WAIT,
    RULES,
    RequestFacts,
    find_obstacle,
    has_doubtful_job,
    has_job_without_id,
    has_lost_its_answer,
    has_lost_its_status,
    has_no_job,
    has_unmanaged_job,
    has_unreadable_spec,
    is_copied,
    is_deleted_and_tracked,
    leads_elsewhere,
    limit_wait,
)
from entrasync.core.resource.desired import Doubt
from tests.support.facts import NOW, OTHER_PRINCIPAL, TENANT, desired, holder, minutes, operation, resource
from tests.support.provisioning_facts import accepted, request, request_facts

DOUBT = Doubt("management_policy", Reason.INVALID_ANNOTATION, "It is in doubt.")
OBSERVED = desired(management_policy=ManagementPolicy.OBSERVE)

CASES: dict[Callable[[RequestFacts], object], tuple[RequestFacts, Reason]] = {
    is_copied: (
        request_facts(request(annotations={ACCEPTED_UID_ANNOTATION: "uid-of-the-first"})),
        Reason.OUTCOME_UNKNOWN,
    ),
    has_lost_its_status: (
        request_facts(request(annotations={ACCEPTED_UID_ANNOTATION: "uid-of-anna"})),
        Reason.OUTCOME_UNKNOWN,
    ),
    has_lost_its_answer: (
        request_facts(accepted(status={"operation": {"startedAt": "2026-11-01T11:59:00.000000Z"}})),
        Reason.OUTCOME_UNKNOWN,
    ),
    has_unreadable_spec: (request_facts(accepted(subjects=[])), Reason.INVALID_SPEC),
    is_deleted_and_tracked: (
        request_facts(accepted(labels={"app.kubernetes.io/instance": "x"}, ttlSecondsAfterFinished=0)),
        Reason.TTL_NOT_ALLOWED,
    ),
    has_no_job: (replace(request_facts(), job=None), Reason.WAITING_FOR_JOB),
    has_doubtful_job: (
        request_facts(job=holder(wish=replace(OBSERVED, doubts=(DOUBT,)))),
        Reason.WAITING_FOR_JOB,
    ),
    has_unmanaged_job: (request_facts(job=holder(wish=OBSERVED)), Reason.JOB_NOT_MANAGED),
    has_job_without_id: (
        request_facts(job=resource(status={"operation": operation(NOW)})),
        Reason.WAITING_FOR_JOB,
    ),
}


class TestRules:
    def test_find_nothing_about_an_accepted_request_with_a_job(self) -> None:
        assert find_obstacle(request_facts()) is None

    def test_find_nothing_about_a_new_request(self) -> None:
        assert find_obstacle(request_facts(request())) is None

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
    def test_each_decides_a_case_of_its_own(self, rule: Callable[[RequestFacts], object]) -> None:
        facts, reason = CASES[rule]
        assert next(asked for asked in RULES if asked(facts) is not None) is rule
        found = find_obstacle(facts)
        assert found is not None
        assert found.reason is reason

    def test_an_operation_that_cannot_be_read_counts_as_sent(self) -> None:
        odd_ones: tuple[object, ...] = ({}, [], "x", {"startedAt": 7})
        for odd in odd_ones:
            found = find_obstacle(request_facts(accepted(status={"operation": odd})))
            assert isinstance(found, Stall)
            assert found.reason is Reason.OUTCOME_UNKNOWN

    def test_a_request_that_a_tool_keeps_may_be_sent_without_a_time_to_live(self) -> None:
        assert find_obstacle(request_facts(accepted(labels={"app.kubernetes.io/instance": "x"}))) is None

    @pytest.mark.parametrize(
        ("labels", "annotations"),
        [
            ({"argocd.argoproj.io/instance": "x"}, {}),
            ({"kustomize.toolkit.fluxcd.io/name": "x"}, {}),
            ({"helm.toolkit.fluxcd.io/name": "x"}, {}),
            ({}, {"argocd.argoproj.io/tracking-id": "x"}),
            ({}, {"meta.helm.sh/release-name": "x"}),
        ],
    )
    def test_a_mark_of_each_tool_is_known(self, labels: dict[str, str], annotations: dict[str, str]) -> None:
        assert request(labels=labels, annotations=annotations).is_tracked

    def test_a_job_that_is_being_deleted_is_as_if_it_did_not_exist(self) -> None:
        found = has_no_job(request_facts(job=holder(is_deleting=True)))
        assert found is not None
        assert "is being deleted" in found.message

    def test_a_suspended_job_is_refused_although_its_namespace_is_in_doubt(self) -> None:
        wish = desired(management_policy=ManagementPolicy.OBSERVE, is_suspended=True, doubts=(DOUBT,))
        found = find_obstacle(request_facts(job=holder(wish=wish)))
        assert found is not None
        assert found.reason is Reason.JOB_NOT_MANAGED

    def test_a_connection_to_another_tenant_is_not_used(self) -> None:
        assert leads_elsewhere(holder(), TENANT.upper()) is None
        found = leads_elsewhere(holder(), OTHER_PRINCIPAL)
        assert found is not None
        assert found.reason is Reason.WAITING_FOR_JOB


class TestLimitWait:
    @pytest.mark.parametrize(
        "halt", [Wait(Reason.WAITING_FOR_JOB, "There is no job.", minutes(1)), Retry(Reason.GRAPH_UNREACHABLE, "No.")]
    )
    def test_ends_a_wait_after_an_hour(self, halt: Wait | Retry) -> None:
        facts = request_facts()
        assert limit_wait(halt, replace(facts, now=NOW + MAX_WAIT - minutes(1))) is halt
        ended = limit_wait(halt, replace(facts, now=NOW + MAX_WAIT))
        assert isinstance(ended, Stall)
        assert ended.reason is Reason.NOT_SENT
        assert ended.message.startswith(halt.message)

    def test_leaves_an_end_as_it_is(self) -> None:
        stall = Stall(Reason.RULE_UNKNOWN, "There is no rule.")
        assert limit_wait(stall, replace(request_facts(), now=NOW + MAX_WAIT)) is stall
