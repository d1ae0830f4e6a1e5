"""The story of a GraphConnection: what is read, when Entra is asked, what is said, and who is woken."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.core.connection.identity import SecretProof
from entrasync.core.decision.errors import Disconnected, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Awaited, Connection, Fault
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.connection_story import CLIENT, KEY, POLL, SECRET, ConnectionStory, client_secret_spec, connection
from tests.support.facts import TENANT, desired, minutes, resource

DEFAULT = ObjectKey("identity", "default")
OTHER_TENANT = "bbbbbbbb-1111-4111-8111-111111111111"


@pytest.fixture
def story() -> ConnectionStory:
    return ConnectionStory()


def job(**overlay: Any) -> Resource:
    return resource(desired(connection_name=KEY.name), **overlay)


class TestAConnectionThatWorks:
    async def test_says_so_with_roles_what_is_missing_and_where_its_credential_came_from(
        self, story: ConnectionStory
    ) -> None:
        assert await story.run(connection()) == Outcome(POLL)
        assert story.condition()[:2] == ("True", "Connected")
        assert f"Logged in to tenant {TENANT} as app {CLIENT}." in story.condition()[2]
        assert "Permissions are missing for: looking up apps" in story.condition()[2]
        assert story.status["roles"] == ["Synchronization.ReadWrite.All"]
        [missing] = story.status["missingPermissions"]
        assert missing == {"feature": "looking up apps", "anyOf": ["Application.Read.All"]}
        stored = story.secrets.stored[SECRET]
        source = {"kind": "Secret", "name": "entra", "uid": stored.uid, "resourceVersion": stored.resource_version}
        assert story.status["source"] == source
        assert story.status["observedGeneration"] == 1
        assert story.told.reasons == ["Connected"]

    async def test_writes_nothing_and_logs_in_no_more_while_nothing_changes(self, story: ConnectionStory) -> None:
        await story.run(connection())
        for _ in range(10):
            await story.poll()
        assert len(story.server.writes) == 1
        assert story.entra.logins == ["right"]
        assert story.told.reasons == ["Connected"]

    async def test_reads_its_secret_anew_at_each_poll(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.poll()
        assert story.secrets.reads == [SECRET, SECRET]

    async def test_after_a_restart_writes_nothing(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.restart()
        await story.run()
        assert len(story.server.writes) == 1

    async def test_is_not_tried_again_for_another_version_of_the_same_secret(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.entra.logins == ["right"]
        assert story.status["source"]["resourceVersion"] == story.secrets.stored[SECRET].resource_version

    async def test_is_tried_at_once_when_somebody_asks_for_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.run(connection(annotations={"entrasync.io/requested-at": "now"}))
        await story.poll()
        assert story.entra.logins == ["right", "right"]

    async def test_takes_a_rotated_secret(self, story: ConnectionStory) -> None:
        await story.run(connection())
        before = story.connections.get(KEY)
        story.entra.good = {"rotated"}
        story.secrets.put(SECRET, secret="rotated")
        await story.poll()
        assert story.condition()[0] == "True"
        assert story.entra.logins == ["right", "rotated"]
        assert story.connections.get(KEY) == before, "jobs go on by the same client"

    async def test_gets_another_client_in_another_place(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.run(connection(client_secret_spec(apiVersion="beta"), generation=2))
        assert len(story.entra.opened) == 2
        [first, second] = story.entra.opened
        assert story.connections.find(job()).api is second.api
        assert not first.is_closed, "passes under way may still use it"
        await story.poll(minutes(6))
        assert first.is_closed


class TestARotationThatEntraDoesNotKnowYet:
    async def test_is_told_and_leaves_the_jobs_to_the_credential_before_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        before = story.connections.find(job())
        story.woken.clear()
        story.secrets.put(SECRET, secret="renewed")
        assert await story.poll() == Outcome(minutes(1))
        assert story.condition()[:2] == ("False", "CredentialRefused")
        assert "Its jobs go on by what Entra took before" in story.condition("Stalled")[2]
        assert story.connections.find(job()) == before
        assert story.woken == []

    async def test_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        for _ in range(3):
            await story.poll(minutes(1))
        assert len(story.server.writes) == 2
        assert story.told.reasons == ["Connected", "CredentialRefused"]

    async def test_ends_when_entra_takes_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.good = {"renewed"}
        await story.poll(minutes(1))
        assert story.condition()[:2] == ("True", "Connected")
        assert story.entra.opened[0].proof == SecretProof("renewed", "key secret of Secret identity/entra")

    async def test_breaks_the_jobs_once_no_token_can_be_had(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.good.clear()
        story.entra.opened[0].has_token = False
        await story.poll(minutes(1))
        assert story.connections.get(KEY) == Fault("CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert "go on" not in story.condition()[2]

    async def test_leaves_the_jobs_alone_while_entra_cannot_be_asked_for_another_token(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.opened[0].has_token, story.entra.trouble = False, True
        assert (await story.poll(minutes(1))).is_failure
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_does_not_hold_for_an_app_that_the_spec_names_no_longer(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="of another app")
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await story.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert isinstance(story.connections.get(KEY), Fault)


class TestAConnectionThatDoesNotWork:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (None, "There is no Secret identity/entra. Create it in namespace identity"),
            ({}, "Secret identity/entra has no key secret. It is empty."),
            ({"other": "x", "more": "y"}, "Secret identity/entra has no key secret. It has: more, other."),
            ({"secret": " \n"}, "Key secret of Secret identity/entra is empty."),
        ],
    )
    async def test_says_what_is_wrong_with_its_secret(
        self, story: ConnectionStory, data: dict[str, str] | None, words: str
    ) -> None:
        story.secrets.remove(SECRET)
        if data is not None:
            story.secrets.put(SECRET, **data)
        assert await story.run(connection()) == Outcome(POLL)
        status, reason, message = story.condition()
        assert (status, reason) == ("False", "SecretUnreadable")
        assert words in message
        assert story.condition("Stalled") == ("True", "SecretUnreadable", message)
        assert story.entra.logins == []

    async def test_says_what_entra_says(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        assert story.condition() == ("False", "CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert story.told.reasons == ["CredentialRefused"]
        assert story.connections.get(KEY) == Fault("CredentialRefused", "AADSTS7000215: Invalid client secret")

    async def test_says_which_right_is_missing(self, story: ConnectionStory) -> None:
        story.secrets.forbidden.add(KEY.namespace)
        await story.run(connection())
        assert story.condition()[1] == "SecretUnreadable"
        assert "lacks the right get" in story.condition()[2]

    async def test_names_a_cloud_that_nobody_knows(self, story: ConnectionStory) -> None:
        await story.run(connection(client_secret_spec(cloud="Mars")))
        assert story.condition()[:2] == ("False", "CloudUnknown")

    async def test_says_once_that_its_stored_spec_cannot_be_read(self, story: ConnectionStory) -> None:
        await story.run(replace(connection(), spec=None, invalid_spec="spec.tenantId: Field required"))
        assert story.condition()[1] == "InvalidSpec"
        assert "spec.tenantId: Field required" in story.condition()[2]

    async def test_is_tried_again_at_each_poll_and_says_it_once(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        await story.poll()
        await story.poll()
        assert story.entra.logins == ["wrong"] * 3
        assert len(story.server.writes) == 1
        assert story.told.reasons == ["CredentialRefused"]

    async def test_is_tried_again_within_minutes_however_rare_the_polls(self) -> None:
        story = ConnectionStory(poll_interval=minutes(24 * 60))
        story.secrets.put(SECRET, secret="wrong")
        assert await story.run(connection()) == Outcome(minutes(5))

    async def test_works_again_once_its_secret_is_mended(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.condition()[:2] == ("True", "Connected")
        assert story.condition("Stalled") == ("", "", "")
        assert story.told.reasons == ["CredentialRefused", "Connected"]

    async def test_forgets_what_the_refused_credential_was_allowed(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="wrong")
        await story.poll()
        assert not {"roles", "missingPermissions"} & set(story.status)

    async def test_closes_what_it_tried_in_vain(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        await story.poll()
        assert all(access.is_closed for access in story.entra.opened)


class TestEntraInTrouble:
    async def test_leaves_what_is_said_of_a_connection_that_works(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.entra.opened[0].has_token = False
        outcome = await story.poll()
        assert outcome.is_failure
        assert story.condition()[0] == "True"
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_is_told_when_it_lasts(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.entra.opened[0].has_token = False
        for _ in range(4):
            await story.poll()
        assert story.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")
        assert story.condition("Reconciling")[0] == "True"

    async def test_in_turns_with_refusals_is_told_once(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        for _ in range(4):
            story.entra.trouble = not story.entra.trouble
            await story.poll()
        assert len(story.server.writes) == 1
        assert story.told.reasons == ["CredentialRefused"]

    async def test_in_turns_with_a_refused_rotation_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        for _ in range(4):
            await story.poll(minutes(1))
            story.entra.trouble = not story.entra.trouble
        assert story.told.reasons == ["Connected", "CredentialRefused"]

    async def test_that_lasts_is_told_of_a_refused_credential_too(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        story.entra.trouble = True
        for _ in range(5):
            await story.poll()
        assert story.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")

    async def test_at_the_start_lets_jobs_ask_for_themselves(self, story: ConnectionStory) -> None:
        story.entra.trouble = True
        assert (await story.run(connection())).is_failure
        assert story.condition()[:2] == ("Unknown", "GraphUnreachable")
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_keeps_the_credential_that_worked(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.secrets.put(SECRET, secret="rotated")
        await story.poll()
        assert story.connections.get(KEY) == Connection(
            KEY, story.entra.opened[0].api, story.connections.find(job()).listings
        )
        assert story.condition()[0] == "True"


class TestSecretsThatTheApiServerCannotServe:
    async def test_are_tried_again_and_leave_a_connection_that_works_alone(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.is_down = True
        assert (await story.poll()).is_failure
        assert story.condition()[0] == "True"
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_are_told_to_jobs_that_wait_when_it_lasts(self, story: ConnectionStory) -> None:
        story.secrets.is_down = True
        await story.run(connection())
        assert story.condition()[:2] == ("Unknown", "SecretUnreadable")
        assert story.connections.is_awaited(job()), "one lost call is no news"
        for _ in range(3):
            await story.poll()
        with pytest.raises(Disconnected, match="the store cannot decrypt"):
            story.connections.find(job())


class TestACredentialRefusedInTheMidstOfAPass:
    async def test_is_the_connections_fault_and_wakes_it_and_all_its_jobs(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        story.entra.good.clear()
        told = story.entra.opened[0].use()
        assert isinstance(told, Disconnected)
        assert told.message == (
            "GraphConnection identity/contoso is not ready (CredentialRefused): AADSTS7000215: Invalid client secret"
        )
        assert story.woken == [KEY]
        assert (await story.references.connection_queue.take()).key == KEY
        with pytest.raises(Disconnected) as error:
            story.connections.find(job())
        assert error.value.message == told.message

    async def test_wakes_nobody_twice_when_the_connections_own_look_confirms_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.opened[0].use()
        story.woken.clear()
        await story.run()
        assert story.condition()[:2] == ("False", "CredentialRefused")
        assert story.woken == []

    async def test_is_over_when_entra_takes_it_again(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.good = {"right"}
        await story.run()
        assert story.connections.find(job()).api is story.entra.opened[0].api
        assert len(story.server.writes) == 1

    async def test_is_told_of_the_connection_though_its_own_look_finds_entra_in_trouble(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.trouble = True
        assert (await story.run()).is_failure
        assert story.condition()[:2] == ("False", "CredentialRefused")

    async def test_by_an_access_that_was_replaced_says_nothing_of_the_new_one(self, story: ConnectionStory) -> None:
        await story.run(connection())
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        story.secrets.put(SECRET, secret="new")
        story.entra.good = {"new"}
        await story.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        story.woken.clear()
        assert isinstance(story.entra.opened[0].use(), Transient), (
            "the pass begins anew, and what it recorded is undone"
        )
        assert isinstance(story.connections.get(KEY), Connection)
        assert story.woken == []

    async def test_of_one_that_went_makes_nothing_anew(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.store.remove(KEY, "uid-1")
        await story.run()
        story.entra.good.clear()
        story.entra.opened[0].use()
        assert story.connections.get(KEY) is None


class TestJobs:
    async def test_wait_without_a_word_until_their_connection_was_tried(self, story: ConnectionStory) -> None:
        story.apply(connection())
        assert story.connections.is_awaited(job())
        await story.run()
        assert not story.connections.is_awaited(job())
        assert story.woken == [KEY, KEY], "when it came, and when it worked"

    async def test_are_not_woken_by_a_poll_that_finds_nothing_new(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        await story.poll()
        assert story.woken == []

    async def test_are_woken_when_it_breaks_and_when_it_works_again(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        story.secrets.remove(SECRET)
        await story.poll()
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.woken == [KEY, KEY]

    async def test_are_told_of_a_fault_of_the_operator_too(self, story: ConnectionStory) -> None:
        story.apply(connection())
        await story.reconciler.record_broken(KEY, since=story.clock.now())
        assert not story.connections.is_awaited(job())
        assert story.condition()[:2] == ("Unknown", "InternalError")


class TestADefaultThatWentWhereTheInstallHasItsOwn:
    @pytest.fixture
    def story(self) -> ConnectionStory:
        return ConnectionStory(DEFAULT, own=True)

    async def test_is_forgotten_once_every_job_goes_by_the_installs_own(self, story: ConnectionStory) -> None:
        story.references.resources.put(resource(status={"tenantId": TENANT}))
        await story.run(connection(key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(None)
        assert story.connections.find(resource(is_deleting=True)).key is None
        await story.logins.close()
        assert story.entra.opened[0].is_closed

    async def test_is_kept_for_jobs_of_its_tenant_which_the_installs_own_cannot_delete(
        self, story: ConnectionStory
    ) -> None:
        spec = client_secret_spec(tenantId=OTHER_TENANT)
        story.references.resources.put(resource(status={"tenantId": OTHER_TENANT}))
        await story.run(connection(spec, key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(POLL)
        assert story.connections.find(resource()).key is None
        assert story.connections.find(resource(status={"tenantId": OTHER_TENANT}, is_deleting=True)).key == DEFAULT

    async def test_is_forgotten_for_jobs_that_never_came_to_a_tenant(self, story: ConnectionStory) -> None:
        story.references.resources.put(resource())
        await story.run(connection(key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(None)


class TestDeletion:
    async def test_of_a_job_ends_by_what_last_worked_after_the_secret_went(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.remove(SECRET)
        await story.poll()
        assert story.connections.find(job(is_deleting=True)).api is story.entra.opened[0].api
        with pytest.raises(Disconnected):
            story.connections.find(job())

    async def test_of_a_job_ends_by_what_last_worked_after_the_connection_went(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.references.resources.put(job(is_deleting=True))
        story.store.remove(KEY, "uid-1")
        assert await story.run() == Outcome(POLL)
        assert story.connections.find(job(is_deleting=True)).api is story.entra.opened[0].api
        with pytest.raises(Disconnected, match="There is no GraphConnection identity/contoso"):
            story.connections.find(job())

    async def test_forgets_what_last_worked_when_no_job_goes_by_it_any_more(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.store.remove(KEY, "uid-1")
        assert await story.run() == Outcome(None)
        with pytest.raises(Disconnected):
            story.connections.find(job(is_deleting=True))
        await story.logins.close()
        assert story.entra.opened[0].is_closed

    async def test_and_another_under_its_name_leave_no_job_to_the_credential_that_went(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.references.resources.put(job())
        story.entra.trouble = True
        story.store.remove(KEY, "uid-1")
        await story.run(connection(client_secret_spec(tenantId=OTHER_TENANT), uid="uid-2", resource_version="9"))
        assert story.connections.find(job()).api is story.entra.opened[1].api, "which asks Entra for itself"
        assert story.connections.find(job()).api.tenant_id == OTHER_TENANT

    async def test_and_another_under_its_name_that_is_refused_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="wrong")
        story.store.remove(KEY, "uid-1")
        await story.run(connection(uid="uid-2", resource_version="9"))
        story.woken.clear()
        await story.poll()
        assert story.woken == []
        assert isinstance(story.connections.get(KEY), Fault)

    async def test_leaves_no_word_to_another_that_comes_under_its_name_during_a_pass(
        self, story: ConnectionStory
    ) -> None:
        def make_anew() -> None:
            story.store.remove(KEY, "uid-1")
            story.apply(connection(uid="uid-2", resource_version="9"))

        story.server.meanwhile = make_anew
        with pytest.raises(ResourceChanged):
            await story.run(connection())
        assert (story.status, story.told.reasons) == ({}, [])

    async def test_a_connection_made_anew_proves_itself_anew(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.references.resources.put(job())
        story.store.remove(KEY, "uid-1")
        await story.run()
        await story.run(connection(uid="uid-2", resource_version="9"))
        assert story.entra.logins == ["right", "right"]
        assert story.connections.find(job()).api is story.entra.opened[1].api
        assert not isinstance(story.connections.get(KEY), Awaited)
