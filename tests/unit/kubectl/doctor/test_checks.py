"""Each check of `doctor`: the fault that it finds, the command that it names, and what it says where all is well."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kubectl_entrasync.doctor.checkup import CHECKS, CheckResult, examine, judge_checkup, write_checkup
from kubectl_entrasync.doctor.definitions import check_definitions, list_definitions
from kubectl_entrasync.doctor.facts import DoctorFacts, TenantLook, Unread
from kubectl_entrasync.doctor.finding import Finding, Level
from kubectl_entrasync.doctor.jobs import check_deletions, check_graph, check_jobs
from kubectl_entrasync.doctor.namespaces import check_namespaces
from kubectl_entrasync.doctor.operators import check_operators
from kubectl_entrasync.doctor.secrets import check_secrets
from kubectl_entrasync.doctor.this_machine import check_clocks, check_tenant
from tests.support.described_job import condition
from tests.support.doctor_facts import (
    DENIED,
    ERROR,
    NOW,
    OK,
    READY,
    WARNING,
    WELL,
    ago,
    connection,
    deployment,
    established,
    job,
    lease,
    secret,
    told,
)


class TestAllChecks:
    def test_are_well_where_nothing_is_the_matter(self) -> None:
        results = examine(WELL)
        assert {finding.level for result in results for finding in result.findings} == {OK}
        assert [result.name for result in results] == [check.name for check in CHECKS if check.name != "tenant"]
        assert judge_checkup(results) == 0

    def test_end_with_1_for_an_error_and_with_0_for_a_warning(self) -> None:
        for level, code in ((ERROR, 1), (WARNING, 0)):
            assert judge_checkup([CheckResult("clock", [Finding(level, "x")])]) == code

    def test_tell_a_missing_right_in_the_first_check_that_needs_it_and_go_on(self) -> None:
        results = {result.name: result.findings for result in examine(replace(WELL, jobs=DENIED))}
        assert [finding.what for finding in results["namespaces"]] == [DENIED.why]
        assert results["clock"][0].level is OK

    def test_tell_a_missing_right_once(self) -> None:
        results = examine(replace(WELL, jobs=DENIED, connections=DENIED, namespace_leases=DENIED))
        told = [result.name for result in results for finding in result.findings if finding.what == DENIED.why]
        assert told == ["namespaces"]

    def test_leave_out_what_the_missing_crd_explains(self) -> None:
        names = [result.name for result in examine(replace(WELL, crds=[], jobs=Unread("no CRD", is_absent=True)))]
        assert "jobs" not in names
        assert "crds" in names

    def test_are_counted_for_programs(self) -> None:
        document = write_checkup(examine(replace(WELL, crds=[])))
        assert document["summary"]["error"] == 3
        assert document["findings"][0]["check"] == "crds"


class TestDefinitions:
    def test_that_are_missing_are_errors(self) -> None:
        [finding] = check_definitions(replace(WELL, crds=list(WELL.crds)[1:]))  # type: ignore[arg-type]  # they were read
        assert finding.level is ERROR
        assert "does not have the CRD synchronizationjobs.entrasync.io" in finding.what

    def test_that_are_older_name_what_they_lack(self) -> None:
        [finding] = check_definitions(replace(WELL, crds=change_spec("suspend", None)))
        assert finding.level is WARNING
        assert "is older than this plugin: it lacks spec.suspend." in finding.what

    def test_that_are_newer_name_what_the_plugin_does_not_know(self) -> None:
        [finding] = check_definitions(replace(WELL, crds=change_spec("brandNew", {"type": "string"})))
        assert "is newer than this plugin, which does not know spec.brandNew." in finding.what

    def test_that_are_not_served_are_errors(self) -> None:
        first, *others = list_definitions().values()
        [finding] = check_definitions(replace(WELL, crds=[first, *(established(dict(crd)) for crd in others)]))
        assert (finding.level, finding.command) == (ERROR, "kubectl describe crd synchronizationjobs.entrasync.io")


def change_spec(name: str, schema: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The CRDs with a field of SynchronizationJobs that is added or left out."""
    first, *others = (established(dict(crd)) for crd in list_definitions().values())
    properties = first["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    properties.pop(name, None)
    if schema is not None:
        properties[name] = schema
    return [first, *others]


class TestOperators:
    def test_that_are_not_there_are_an_error(self) -> None:
        facts = DoctorFacts(server_time=NOW)
        [finding] = check_operators(facts)
        assert finding.what == "No operator was found: neither a Deployment nor a Lease of one."

    @pytest.mark.parametrize(
        ("found", "words"),
        [
            (lease(renewed=ago(minutes=5)), "pod-1 has not renewed it for 5m"),
            (lease(holder=""), "nobody holds it since 5s"),
        ],
    )
    def test_that_do_not_lead_are_an_error(self, found: dict[str, Any], words: str) -> None:
        [finding] = check_operators(replace(WELL, own_leases=[found]))
        assert words in finding.what
        assert (finding.level, finding.command) == (ERROR, "kubectl get pods --namespace entra-sync")

    @pytest.mark.parametrize(
        ("found", "level", "words"),
        [
            (deployment(available=0), ERROR, "has 0 of 2 pods available."),
            (deployment(available=1), WARNING, "has 1 of 2 pods available."),
            (deployment(available=0, replicas=0), ERROR, "has no replicas."),
        ],
    )
    def test_whose_pods_are_missing_are_told(self, found: dict[str, Any], level: Level, words: str) -> None:
        [finding] = check_operators(replace(WELL, deployments=[found]))
        assert finding.level is level
        assert words in finding.what

    def test_whose_lease_may_not_be_read_are_told(self) -> None:
        [finding] = check_operators(replace(WELL, own_leases=DENIED))
        assert (finding.level, finding.what) == (WARNING, DENIED.why)


class TestNamespaces:
    def test_that_no_operator_has_looked_at_are_errors(self) -> None:
        [finding] = check_namespaces(replace(WELL, jobs=[job()], namespace_leases=[]))
        assert finding.level is ERROR
        assert "No operator has looked at 1 jobs of namespace identity." in finding.what

    def test_with_a_new_job_are_well(self) -> None:
        [finding] = check_namespaces(replace(WELL, jobs=[job(creationTimestamp=ago(minutes=1))]))
        assert finding.level is OK

    def test_of_two_installs_are_told(self) -> None:
        leases = [lease("a/entra", namespace="one"), lease("b/entra", namespace="two")]
        [finding] = check_namespaces(replace(WELL, namespace_leases=leases))
        assert "2 installs share the namespaces: a/entra after 1, b/entra after 1." in finding.what


class TestClocks:
    @pytest.mark.parametrize(
        ("offset", "level", "words"),
        [
            (timedelta(seconds=3), OK, "agrees"),
            (timedelta(seconds=40), WARNING, "40 s ahead of"),
            (timedelta(minutes=-6), ERROR, "360 s behind"),
        ],
    )
    def test_are_compared(self, offset: timedelta, level: Level, words: str) -> None:
        [finding] = check_clocks(replace(WELL, clock_offset=offset))
        assert finding.level is level
        assert words in finding.what


ENTRY = {"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": "crm", "key": "token"}}}
NAMES_SECRET = job(READY, spec={"application": {"credentials": {"entries": [ENTRY]}}})


class TestSecrets:
    def test_that_are_missing_are_errors(self) -> None:
        [finding] = check_secrets(replace(WELL, jobs=[NAMES_SECRET]))
        assert finding.level is ERROR
        assert "SynchronizationJob identity/crm names the Secret identity/crm, which is not there." in finding.what

    def test_without_the_label_name_the_command_that_sets_it(self) -> None:
        [finding] = check_secrets(replace(WELL, jobs=[NAMES_SECRET], secrets=[secret()]))
        assert finding.level is ERROR
        assert finding.command == "kubectl label secret crm --namespace identity entrasync.io/watch=true"

    def test_of_a_connection_without_the_label_are_only_seen_late(self) -> None:
        by_secret = connection(spec={"clientSecret": {"secretRef": {"name": "crm", "key": "secret"}}})
        [finding] = check_secrets(replace(WELL, connections=[by_secret], secrets=[secret()]))
        assert finding.level is WARNING
        assert finding.what.endswith("so a change of it is seen late.")

    def test_with_the_label_are_well(self) -> None:
        labelled = secret(**{"entrasync.io/watch": "true"})
        [finding] = check_secrets(replace(WELL, jobs=[NAMES_SECRET], secrets=[labelled]))
        assert finding.level is OK


class TestJobs:
    def test_that_are_ill_are_counted_by_health(self) -> None:
        stalled = job(condition("Ready", "False", "Conflict"), condition("Stalled", "True", "Conflict"))
        [finding] = check_jobs(replace(WELL, jobs=[stalled, job(READY)]))
        assert finding.level is WARNING
        assert finding.what == "SynchronizationJobs: 2, of which 1 are ill: 1 Stalled."

    @pytest.mark.parametrize(("reason", "level"), [("GraphUnreachable", ERROR), ("Throttled", WARNING)])
    def test_that_wait_for_graph_are_told(self, reason: str, level: Level) -> None:
        [finding] = check_graph(replace(WELL, jobs=[job(condition("Ready", "Unknown", reason))]))
        assert finding.level is level
        assert "for 1 jobs" in finding.what

    def test_that_are_being_deleted_for_long_name_the_annotation(self) -> None:
        blocked = job(condition("Ready", "False", "DeletionBlocked", "No login."), deletionTimestamp=ago(hours=2))
        [finding] = check_deletions(replace(WELL, jobs=[blocked]))
        assert finding.level is ERROR
        assert "is being deleted for 2h. No login. The annotation lets it go and leaves the job" in finding.what
        assert finding.command == (
            "kubectl annotate synchronizationjob crm --namespace identity entrasync.io/abandon=true"
        )

    def test_whose_deletion_is_held_name_the_approval(self) -> None:
        held = job(condition("Ready", "False", "DeletionHeld"), deletionTimestamp=ago(hours=2))
        [finding] = check_deletions(replace(WELL, jobs=[held]))
        assert finding.command is not None
        assert finding.command.endswith("entrasync.io/deletion-approved=true")

    def test_that_are_being_deleted_since_just_now_are_well(self) -> None:
        [finding] = check_deletions(replace(WELL, jobs=[job(deletionTimestamp=ago(minutes=1))]))
        assert finding.level is OK


class TestTenant:
    def test_is_looked_at_only_where_that_is_asked_for(self) -> None:
        assert check_tenant(WELL) == []

    def test_that_cannot_be_reached_is_an_error(self) -> None:
        [finding] = check_tenant(replace(WELL, tenant=TenantLook(fault="There is no login to Entra.")))
        assert told([finding]) == [(ERROR, "There is no login to Entra.", "az login --tenant TENANT")]

    def test_that_answers_is_well(self) -> None:
        [finding] = check_tenant(replace(WELL, tenant=TenantLook("4711")))
        assert finding.what == "The login to tenant 4711 works, and Graph answers."
