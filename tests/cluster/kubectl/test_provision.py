"""`kubectl entrasync provision` against a real operator, which sends the requests to the simulated Graph."""

import uuid
from collections.abc import Iterator

import pytest

from entrasync.api.names import API_VERSION, PROVISIONING_PLURAL
from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import allow
from tests.support.operator_environment import OperatorEnvironment
from tests.support.plugin import Answer, Plugin

READS = {"apiGroups": ["entrasync.io"], "resources": ["synchronizationjobs"], "verbs": ["get"]}
CLEO = "Cleo Canary"


@pytest.fixture
def people(environment: OperatorEnvironment) -> Iterator[list[str]]:
    """Two users of the source."""
    users = [str(uuid.uuid4()) for _ in range(2)]
    attributes = {"userPrincipalName": "cleo@contoso.example", "displayName": CLEO}
    environment.simulator.set_objects(*({"id": user, "attributes": attributes} for user in users))
    yield users
    environment.simulator.set_objects()


@pytest.fixture
def job(environment: OperatorEnvironment) -> str:
    """A job that runs."""
    name = environment.apply_job(environment.simulator.create_service_principal().id)
    environment.wait_ready(name)
    return name


def provision(plugin: Plugin, environment: OperatorEnvironment, *arguments: str) -> Answer:
    return plugin.run("provision", *arguments, "-n", environment.namespace, "--timeout", "60s", "-o", "json")


def requests_of(environment: OperatorEnvironment, job: str) -> list[dict[str, object]]:
    found = environment.cluster.list(API_VERSION, PROVISIONING_PLURAL, environment.namespace)
    return [each["spec"] for each in found if each["spec"]["jobRef"]["name"] == job]


class TestProvision:
    def test_makes_a_request_for_each_user_and_waits_for_their_ends(
        self, plugin: Plugin, environment: OperatorEnvironment, job: str, people: list[str]
    ) -> None:
        answer = provision(plugin, environment, job, *people)
        assert answer.code == 0
        items = answer.document["items"]
        assert [(item["objectId"], item["provisioned"], item["reason"]) for item in items] == [
            (user, True, "Provisioned") for user in people
        ]
        assert items[0]["result"]["provisioningSteps"]
        assert CLEO not in answer.output
        assert [spec["ttlSecondsAfterFinished"] for spec in requests_of(environment, job)] == [86400, 86400]

    def test_of_a_person_whom_the_source_does_not_know_ends_with_1(
        self, plugin: Plugin, environment: OperatorEnvironment, job: str, people: list[str]
    ) -> None:
        answer = provision(plugin, environment, job, people[0], str(uuid.uuid4()))
        assert answer.code == 1
        assert [(item["provisioned"], item["reason"]) for item in answer.document["items"]] == [
            (True, "Provisioned"),
            (False, "ObjectNotFound"),
        ]

    def test_of_a_person_who_is_in_the_target_already_is_well(
        self, plugin: Plugin, environment: OperatorEnvironment, job: str, people: list[str]
    ) -> None:
        provision(plugin, environment, job, people[0])
        again = provision(plugin, environment, job, people[0])
        assert (again.code, again.document["items"][0]["reason"]) == (0, "AlreadyProvisioned")

    def test_shows_personal_data_where_that_is_asked_for(
        self, plugin: Plugin, environment: OperatorEnvironment, job: str, people: list[str]
    ) -> None:
        answer = provision(plugin, environment, job, people[0], "--show-people")
        assert CLEO in answer.output

    def test_shows_the_steps_on_80_columns(
        self, plugin: Plugin, environment: OperatorEnvironment, job: str, people: list[str]
    ) -> None:
        code, lines = plugin.run_on_terminal("provision", job, people[0], "-n", environment.namespace)
        assert code == 0
        assert max(map(len, lines)) <= 80
        assert f"{people[0]}  Provisioned" in lines
        assert ["EntryImport", "Success"] in [line.split() for line in lines]
        assert CLEO not in " ".join(lines)


class TestWithoutWaiting:
    def test_says_how_to_follow_each_request(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}})
        answer = plugin.run("provision", "crm", "anna", "--no-wait", "-n", own_jobs.namespace)
        assert answer.code == 0
        [request] = own_jobs.cluster.list(API_VERSION, PROVISIONING_PLURAL, own_jobs.namespace)
        name = request["metadata"]["name"]
        assert name.startswith("crm-")
        assert answer.output.splitlines() == [
            "anna  Asked",
            f"  To follow it: kubectl get provreq {name} -n {own_jobs.namespace} --watch",
        ]

    def test_a_request_that_does_not_end_in_time_is_said(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}})
        answer = plugin.run("provision", "crm", "anna", "--timeout", "1s", "-n", own_jobs.namespace)
        assert answer.code == 1
        assert answer.output.splitlines() == ["anna  NotInTime", "  The operator has not accepted the request yet."]


class TestGroups:
    def test_a_group_is_asked_for_with_its_members(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}})
        where = ("--no-wait", "-n", own_jobs.namespace)
        assert plugin.run("provision", "crm", "staff", "--group", "--member", "anna", "--rule", "all", *where).code == 0
        [request] = own_jobs.cluster.list(API_VERSION, PROVISIONING_PLURAL, own_jobs.namespace)
        assert request["spec"]["subjects"] == [
            {
                "objectId": "staff",
                "objectTypeName": "Group",
                "members": [{"objectId": "anna", "objectTypeName": "User"}],
            }
        ]
        assert request["spec"]["rule"] == "all"


class TestRefusal:
    """Nothing is made where one of several requests cannot be meant."""

    def test_of_a_job_that_is_suspended_sends_nothing(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}, "spec": {"suspend": True}})
        answer = plugin.run("provision", "crm", "anna", "-n", own_jobs.namespace, "-o", "json")
        assert answer.code == 1
        [item] = answer.document["items"]
        assert (item["provisioned"], item["reason"]) == (False, "JobNotManaged")
        assert "Set spec.suspend to false first." in item["message"]
        assert own_jobs.cluster.list(API_VERSION, PROVISIONING_PLURAL, own_jobs.namespace) == []

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("missing", "anna"), "There is no SynchronizationJob missing"),
            (("crm", "anna", "cleo@contoso.example"), "Find the id with `az ad user show --id cleo@contoso.example"),
            (("crm", " anna"), "without a space at either end"),
            (("crm", "a", "b", "--member", "anna"), "--member is about one group"),
            (("crm", "a", "--group", "--type", "Group"), "--type and --group exclude each other"),
            (("crm", "a", "--ttl", "soon"), '"soon" is no duration'),
            (("crm",), "Missing argument"),
        ],
    )
    def test_of_wrong_use_says_what_to_write(
        self, plugin: Plugin, own_jobs: Jobs, arguments: tuple[str, ...], words: str
    ) -> None:
        own_jobs.create({"metadata": {"name": "crm"}})
        answer = plugin.run("provision", *arguments, "-n", own_jobs.namespace)
        assert answer.code == 2
        assert words in answer.errors
        assert own_jobs.cluster.list(API_VERSION, PROVISIONING_PLURAL, own_jobs.namespace) == []

    def test_of_missing_rights_names_the_verb_and_the_resource(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}})
        allow(own_jobs.cluster, "ben", READS, namespace=own_jobs.namespace)
        answer = plugin.run("provision", "crm", "anna", "-n", own_jobs.namespace, "--as", "ben")
        assert answer.code == 2
        assert "You may not create provisioningrequests.entrasync.io" in answer.errors
