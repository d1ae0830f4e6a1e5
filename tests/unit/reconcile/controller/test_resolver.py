"""Service principals by app id and templates by factory tag are looked up once and checked again later."""

from datetime import timedelta

import pytest

from entrasync.api.policies import AdoptionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.desired import Desired
from tests.support.facts import JOB, OTHER_PRINCIPAL, PRINCIPAL, desired, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

APP = "11111111-5b0e-4b57-9a43-1d1d6a3f8e01"
OTHER_APP = "22222222-5b0e-4b57-9a43-1d1d6a3f8e01"


def by_name(**overlay: object) -> Desired:
    names = {"service_principal_id": "", "app_id": APP, "template_id": "", "factory_tag": "CustomSCIM"}
    return desired(**(names | overlay))


@pytest.fixture
def harness() -> ReconcilerHarness:
    harness = ReconcilerHarness()
    harness.graph.principals = {APP: PRINCIPAL}
    harness.graph.factory_tags = {"scim": "CustomSCIM"}
    return harness


async def settle(harness: ReconcilerHarness, key: ObjectKey) -> None:
    """Make passes as long as each asks for another at once."""
    while (await harness.run(key)).requeue_after == timedelta(0):
        pass


class TestResolving:
    async def test_a_job_is_created_at_the_resolved_service_principal(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(), finalizers=()))

        await settle(harness, key)

        assert harness.condition(key, "Ready")[0] == "True"
        assert harness.status(key)["servicePrincipalId"] == PRINCIPAL
        assert [job.template_id for job in harness.graph.jobs.values()] == ["scim"]

    async def test_names_are_looked_up_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(), finalizers=()))

        for _ in range(3):
            await settle(harness, key)

        assert harness.graph.calls.count("find_service_principal") == 1
        assert harness.graph.calls.count("list_templates") == 1

    async def test_applied_names_are_not_looked_up_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)
        harness.restart()
        harness.graph.calls.clear()

        await settle(harness, key)

        assert harness.graph.calls == ["list_jobs"]

    async def test_ids_need_no_lookup(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(finalizers=()))

        await settle(harness, key)

        assert harness.graph.calls == ["list_jobs", "create_job", "start_job", "list_jobs"]

    async def test_moving_from_names_to_ids_and_back_writes_nothing_to_graph(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)
        harness.graph.calls.clear()

        for wish in (desired(), by_name(), desired(app_id=APP, service_principal_id="")):
            harness.edit(key, desired=wish)
            await settle(harness, key)

        assert harness.graph.writes == []
        assert harness.condition(key, "Ready")[0] == "True"


class TestUnresolvedNames:
    async def test_an_unknown_app_is_waited_for_and_then_reported(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(app_id=OTHER_APP), finalizers=()))

        await settle(harness, key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")

        await harness.run_until(key, timedelta(minutes=6))
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
        assert f"no service principal of app {OTHER_APP}" in harness.message(key, "Stalled")
        assert "appId takes the Application ID" in harness.message(key, "Stalled")

    async def test_an_app_that_appears_later_is_resolved(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(app_id=OTHER_APP), finalizers=()))
        await settle(harness, key)
        harness.graph.principals[OTHER_APP] = PRINCIPAL

        await settle(harness, key)

        assert harness.condition(key, "Ready")[0] == "True"

    async def test_an_unknown_factory_tag_is_reported_with_the_offered_ones(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(factory_tag="aws"), finalizers=()))

        await settle(harness, key)

        assert harness.condition(key, "Stalled") == ("True", "TemplateNotOffered")
        assert "no template with factory tag aws. It offers: scim (CustomSCIM)" in harness.message(key, "Stalled")

    async def test_a_factory_tag_of_several_templates_asks_for_the_id(self, harness: ReconcilerHarness) -> None:
        harness.graph.templates = ("scim", "scim2")
        harness.graph.factory_tags["scim2"] = "CustomSCIM"
        key = harness.apply(resource(by_name(), finalizers=()))

        await settle(harness, key)

        assert "2 templates with factory tag CustomSCIM: scim, scim2. Give the one" in harness.message(key, "Stalled")

    async def test_an_app_id_that_means_another_service_principal_moves_nothing(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.principals[OTHER_APP] = OTHER_PRINCIPAL
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)
        harness.graph.calls.clear()

        harness.edit(key, desired=by_name(app_id=OTHER_APP))
        await settle(harness, key)

        assert harness.graph.writes == []
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalChanged")
        assert f"appId {OTHER_APP} means {OTHER_PRINCIPAL}" in harness.message(key, "Stalled")

    async def test_an_app_id_that_means_another_service_principal_is_reported_after_a_restart(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.principals[OTHER_APP] = OTHER_PRINCIPAL
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)
        harness.edit(key, desired=by_name(app_id=OTHER_APP))
        await settle(harness, key)

        harness.restart()
        await settle(harness, key)

        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalChanged")

    async def test_an_app_with_a_new_service_principal_is_reported(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)
        harness.graph.has_principal = False
        harness.graph.principals[APP] = OTHER_PRINCIPAL
        gone = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(404, "", "", "request"))
        harness.graph.fail("list_jobs", PossiblyReplicating(gone, answer=gone.answer), times=99)

        await harness.run_until(key, timedelta(minutes=20))

        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalChanged")
        assert f"appId {APP} means {OTHER_PRINCIPAL}" in harness.message(key, "Stalled")

    async def test_a_factory_tag_that_means_another_template_is_reported(self, harness: ReconcilerHarness) -> None:
        harness.graph.templates, harness.graph.factory_tags["aws"] = ("scim", "aws"), "aws"
        key = harness.apply(resource(by_name(), finalizers=()))
        await settle(harness, key)

        harness.edit(key, desired=by_name(factory_tag="aws"))
        await settle(harness, key)

        assert harness.condition(key, "Stalled") == ("True", "TemplateChanged")
        assert "factoryTag aws means aws" in harness.message(key, "Stalled")


class TestChangedMeaning:
    """Before the service principal is recorded: a create was refused, so nothing was applied yet."""

    async def refuse(self, harness: ReconcilerHarness, wish: Desired) -> ObjectKey:
        harness.graph.fail(
            "create_job", Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "BadRequest", "No.", ""))
        )
        key = harness.apply(resource(wish, finalizers=()))
        await settle(harness, key)
        assert harness.condition(key, "Ready")[0] == "False"
        return key

    async def test_a_factory_tag_is_looked_up_again_at_another_service_principal(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.refuse(harness, by_name(app_id=None, service_principal_id=PRINCIPAL))
        harness.graph.templates, harness.graph.factory_tags = ("custom",), {"custom": "CustomSCIM"}
        harness.edit(key, desired=by_name(app_id=None, service_principal_id=OTHER_PRINCIPAL))

        await settle(harness, key)

        assert harness.condition(key, "Ready")[0] == "True"
        assert [job.template_id for job in harness.graph.jobs.values()] == ["custom"]

    async def test_a_template_that_is_no_longer_offered_is_looked_up_again(self, harness: ReconcilerHarness) -> None:
        harness.graph.fail(
            "create_job", Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "BadRequest", "No.", ""))
        )
        key = harness.apply(resource(by_name(), finalizers=()))
        await harness.run(key)
        harness.graph.templates, harness.graph.factory_tags = ("custom",), {"custom": "CustomSCIM"}

        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "TemplateNotOffered")
        assert harness.message(key, "Stalled").endswith("It offers: custom. Correct spec.template.")
        await settle(harness, key)

        assert harness.condition(key, "Ready")[0] == "True"
        assert [job.template_id for job in harness.graph.jobs.values()] == ["custom"]


class TestResolvedServicePrincipals:
    async def test_two_resources_that_name_one_app_differently_conflict(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job(JOB))
        older = harness.apply(resource(finalizers=(), name="older"))
        await settle(harness, older)
        newer = harness.apply(resource(by_name(adoption_policy=AdoptionPolicy.ADOPT_ONLY), finalizers=(), name="newer"))

        await settle(harness, newer)

        assert harness.condition(newer, "Stalled") == ("True", "Conflict")
        assert "identity/older" in harness.message(newer, "Stalled")

    async def test_a_restored_resource_is_deleted_at_the_resolved_service_principal(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(JOB))
        annotations = {"entrasync.io/job-id": JOB, "entrasync.io/job-origin": "Created"}
        key = harness.apply(resource(by_name(), annotations=annotations, is_deleting=True))

        await settle(harness, key)

        assert harness.graph.jobs == {}
        assert key not in harness.server.stored
