"""The pass that creates a job: its calls, its writes, and what a refusal leaves."""

from dataclasses import replace

import pytest

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.facts import (
    OTHER_PRINCIPAL,
    desired,
    minutes,
    resource,
)
from tests.support.graph_answers import DOWN, refused, replicating
from tests.support.reconciler_harness import ReconcilerHarness

ANSWER = GraphAnswer(401, "UnknownError", "The application is not enabled for provisioning.", "req")
NOT_ENABLED = PossiblyReplicating(
    Refused(
        Reason.PERMISSION_MISSING,
        "Graph refused to create a job (401): The application is not enabled for provisioning.",
        answer=ANSWER,
        advice="Grant Synchronization.ReadWrite.All.",
    ),
    answer=ANSWER,
)


class TestCreate:
    async def test_a_create_takes_list_create_start_list_and_five_writes(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "create_job", "start_job", "list_jobs"]
        assert harness.server.writes == ["metadata", "status", "metadata", "status", "status"]
        finalizer, intent, annotation, start, status = harness.server.patches
        assert finalizer["finalizers"] == [FINALIZER]
        assert intent["operation"]["jobIdsBefore"] == []
        assert set(annotation["annotations"]) == {JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION}
        assert "resourceVersion" not in annotation
        assert start["lastStartTime"]
        assert "lastStartTime" not in status
        assert status["operation"] is None
        assert harness.condition(key, "Ready") == ("True", "NotRunYet")
        assert harness.recorded.reasons == ["JobCreated", "JobStarted"]

    async def test_a_pass_after_a_create_writes_nothing(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        await harness.run(key)
        before = list(harness.server.writes)
        for _ in range(10):
            harness.clock.move(minutes(1))
            await harness.run(key)
        assert harness.server.writes == before
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_changed_resource_stops_the_pass_before_the_post(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        harness.server.meanwhile = lambda: harness.server.change(replace(harness.server.stored[key], generation=2))
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert harness.graph.writes == []

    @pytest.mark.parametrize("error", [refused(400), refused(403), replicating(404), replicating(409), DOWN])
    async def test_a_refused_create_clears_the_intent_and_frees_the_resource(
        self, harness: ReconcilerHarness, error: Exception
    ) -> None:
        key = harness.apply(resource())
        harness.graph.fail("create_job", error)
        await harness.run(key)
        assert not {"operation", "servicePrincipalId", "tenantId"} & set(harness.status(key))
        harness.edit(key, desired=desired(service_principal_id=OTHER_PRINCIPAL))
        await harness.run(key)
        assert harness.status(key)["servicePrincipalId"] == OTHER_PRINCIPAL

    async def test_a_create_refused_for_its_template_lists_the_offered_ones(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new(template_id="typo")
        harness.graph.fail("create_job", refused(400))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "TemplateNotOffered")
        assert "It offers: scim." in str(harness.status(key)["conditions"])

    async def test_a_create_refused_for_its_template_is_not_sent_again_and_nothing_is_written(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new(template_id="typo")
        harness.graph.fail("create_job", refused(400))
        await harness.run(key)
        writes = list(harness.server.writes)
        await harness.run_until(key, minutes(30))
        assert harness.graph.writes == ["create_job"]
        assert harness.server.writes == writes
        harness.graph.templates = ("scim", "typo")
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_refused_create_is_reported_although_the_templates_cannot_be_read(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", refused(400))
        harness.graph.fail("list_templates", DOWN)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")

    @pytest.mark.parametrize(
        ("offered", "reason", "words"),
        [
            ((), "TemplateNotOffered", "It offers no template at all"),
            (("aws",), "TemplateNotOffered", "It offers: aws."),
            (("scim",), "PermissionMissing", "offers the template scim, so the template is not the cause."),
        ],
    )
    async def test_a_create_refused_with_401_tells_graphs_words_then_the_templates_then_the_permissions(
        self, harness: ReconcilerHarness, offered: tuple[str, ...], reason: str, words: str
    ) -> None:
        key = harness.apply_new()
        harness.graph.templates = offered
        harness.graph.fail("create_job", NOT_ENABLED, times=99)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await harness.run_until(key, minutes(6))
        assert harness.condition(key, "Stalled") == ("True", reason)
        message = harness.message(key, "Stalled")
        assert message.index("is not enabled") < message.index(words) < message.index("Grant Synchronization")

    async def test_two_resources_create_one_job(self, harness: ReconcilerHarness) -> None:
        first, second = harness.apply_new(), harness.apply(resource(name="twin"))
        await harness.run(first)
        await harness.run(second)
        assert len(harness.graph.jobs) == 1
        assert harness.condition(second, "Stalled") == ("True", "Conflict")
