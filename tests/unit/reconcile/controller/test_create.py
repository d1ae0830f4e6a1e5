"""The pass that creates a job: its calls, its writes, and what a refusal leaves."""

from dataclasses import replace

import pytest

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.facts import (
    OTHER_PRINCIPAL,
    desired,
    minutes,
    resource,
)
from tests.support.graph_answers import DOWN, refused, replicating
from tests.support.reconciler_harness import ReconcilerHarness


class TestCreate:
    async def test_is_list_create_start_list_and_four_writes(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job", "start_job", "list_jobs"]
        assert story.server.writes == ["metadata", "status", "metadata", "status"]
        finalizer, intent, annotation, status = story.server.patches
        assert finalizer["finalizers"] == [FINALIZER]
        assert intent["operation"]["jobIdsBefore"] == []
        assert set(annotation["annotations"]) == {JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION}
        assert "resourceVersion" not in annotation
        assert status["operation"] is None
        assert story.condition(key, "Ready") == ("True", "NotRunYet")
        assert story.told.reasons == ["JobCreated", "JobStarted"]

    async def test_a_second_pass_writes_nothing(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        await story.run(key)
        before = list(story.server.writes)
        for _ in range(10):
            story.clock.move(minutes(1))
            await story.run(key)
        assert story.server.writes == before
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_a_changed_resource_stops_the_pass_before_the_post(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.meanwhile = lambda: story.server.change(replace(story.server.stored[key], generation=2))
        with pytest.raises(ResourceChanged):
            await story.run(key)
        assert story.graph.writes == []

    @pytest.mark.parametrize("error", [refused(400), refused(403), replicating(404), replicating(409), DOWN])
    async def test_refused_clears_the_intent_and_lets_the_resource_go_elsewhere(
        self, story: ReconcilerHarness, error: Exception
    ) -> None:
        key = story.apply(resource())
        story.graph.fail("create_job", error)
        await story.run(key)
        assert not {"operation", "servicePrincipalId", "tenantId"} & set(story.status(key))
        story.edit(key, desired=desired(service_principal_id=OTHER_PRINCIPAL))
        await story.run(key)
        assert story.status(key)["servicePrincipalId"] == OTHER_PRINCIPAL

    async def test_refused_for_its_template_says_which_are_offered(self, story: ReconcilerHarness) -> None:
        key = story.apply_new(template_id="typo")
        story.graph.fail("create_job", refused(400))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "TemplateNotOffered")
        assert "It offers: scim." in str(story.status(key)["conditions"])

    async def test_refused_for_its_template_is_not_sent_again_and_nothing_is_written(
        self, story: ReconcilerHarness
    ) -> None:
        key = story.apply_new(template_id="typo")
        story.graph.fail("create_job", refused(400))
        await story.run(key)
        writes = list(story.server.writes)
        await story.run_until(key, minutes(30))
        assert story.graph.writes == ["create_job"]
        assert story.server.writes == writes
        story.graph.templates = ("scim", "typo")
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_refusal_is_told_though_the_templates_cannot_be_read(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", refused(400))
        story.graph.fail("list_templates", DOWN)
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "RequestRefused")

    async def test_two_resources_make_one_job(self, story: ReconcilerHarness) -> None:
        first, second = story.apply_new(), story.apply(resource(name="twin"))
        await story.run(first)
        await story.run(second)
        assert len(story.graph.jobs) == 1
        assert story.condition(second, "Stalled") == ("True", "Conflict")
