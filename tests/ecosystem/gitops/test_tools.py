"""What Argo CD and Flux do to a resource in a day, and that Graph is written to only for what is in Git."""

import pytest

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    FINALIZER,
    HOLD_UNTIL_ANNOTATION,
    PLURAL,
    PROVISIONING_KIND,
)
from tests.support.cluster import Object, RefusedError
from tests.support.gitops.manifests import OPERATOR, JobInGit, field_owners
from tests.support.gitops.phase import KINDS
from tests.support.operator_environment import OperatorEnvironment
from tests.support.teams import Team

ARGO_CD = "argocd-controller"
FLUX = "kustomize-controller"
TRACKED = {"annotations": {"argocd.argoproj.io/tracking-id": "identity:entrasync.io/SynchronizationJob:identity/job"}}
OWNED = {"labels": {"kustomize.toolkit.fluxcd.io/name": "jobs", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"}}
LONG_AGO = "2026-01-01T00:00:00Z"
FOREGROUND = "foregroundDeletion"
BEGINNING = ["createJob", "startJob"]


def synced(environment: OperatorEnvironment, manager: str) -> JobInGit:
    """Have a tool apply a job, whose job in Graph then runs."""
    job = JobInGit(environment, manager, TRACKED if manager == ARGO_CD else OWNED)
    job.sync()
    environment.wait_ready(job.name)
    return job


class TestAnyTool:
    @pytest.mark.parametrize("manager", [ARGO_CD, FLUX])
    def test_leaves_a_hold_and_an_approval_that_a_person_has_set(
        self, environment: OperatorEnvironment, manager: str
    ) -> None:
        job = JobInGit(environment, manager)
        job.spec["application"] = {"accidentalDeletions": {"threshold": 500}}
        job.sync()
        environment.wait_ready(job.name)
        environment.change_job(job.name, application={"accidentalDeletions": {"approve": LONG_AGO}})
        environment.annotate(job.name, hold_until="2099-01-01T00:00:00Z")
        environment.wait_condition(job.name, "Ready", reason="Paused")
        before = job.writes()
        job.sync()
        found = environment.wait_ready(job.name)
        assert found["spec"]["application"]["accidentalDeletions"] == {"threshold": 500, "approve": LONG_AGO}
        assert found["metadata"]["annotations"][HOLD_UNTIL_ANNOTATION] == "2099-01-01T00:00:00Z"
        assert job.writes() == before

    def test_prunes_a_whole_application_at_once_and_its_job_is_deleted_once(
        self, environment: OperatorEnvironment
    ) -> None:
        team = Team.register(environment)
        team.connect("in-app")
        job = JobInGit(environment, FLUX)
        job.spec["connectionRef"] = {"name": "in-app"}
        job.sync()
        environment.wait_ready(job.name)
        team.delete_secret()
        team.delete_connection("in-app")
        job.prune("Background")
        environment.wait_gone(job.name)
        assert environment.writes(job.principal) == [*BEGINNING, "deleteJob"]


class TestArgoCd:
    def test_a_sync_a_self_heal_and_a_hard_refresh_write_what_the_spec_asks_for_and_no_more(
        self, environment: OperatorEnvironment
    ) -> None:
        job = synced(environment, ARGO_CD)
        assert job.writes() == BEGINNING
        environment.change_job(job.name, pollInterval="1m")
        job.sync()
        environment.wait_ready(job.name)
        assert job.writes() == BEGINNING
        environment.change_job(job.name, schedule={"state": "Paused"})
        environment.wait_condition(job.name, "Ready", reason="Paused")
        job.sync()
        environment.wait(
            job.name, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the job runs again"
        )
        healed = [*BEGINNING, "pauseJob", "startJob"]
        assert job.writes() == healed
        for _ in range(3):
            job.sync()
        assert job.writes() == healed
        environment.wait_ready(job.name)

    def test_a_prune_in_the_foreground_deletes_the_job_once_and_a_sync_after_it_creates_one(
        self, environment: OperatorEnvironment
    ) -> None:
        job = synced(environment, ARGO_CD)
        job.prune("Foreground")
        found = environment.wait(
            job.name,
            lambda found: FINALIZER not in found["metadata"]["finalizers"],
            "the operator has let the resource go",
        )
        assert found["metadata"]["finalizers"] == [FOREGROUND]
        assert environment.writes(job.principal) == [*BEGINNING, "deleteJob"]
        # What the garbage collector does when no dependent is left. This control plane has none.
        collected: Object = {"metadata": {"finalizers": []}}
        environment.cluster.patch(API_VERSION, PLURAL, job.name, environment.namespace, merge=collected)
        environment.wait_gone(job.name)
        job.sync()
        environment.wait_ready(job.name)
        assert job.writes() == [*BEGINNING, "deleteJob", *BEGINNING]


class TestFlux:
    def test_applies_forced_or_not_conflict_with_nothing_and_write_nothing(
        self, environment: OperatorEnvironment
    ) -> None:
        job = synced(environment, FLUX)
        job.sync(forced=False)
        job.sync(forced=True)
        job.spec["freshness"] = {"maxAge": "2h"}
        job.sync(forced=False)
        environment.wait_ready(job.name)
        assert job.writes() == BEGINNING

    def test_a_suspended_kustomization_leaves_the_resource_to_the_operator(
        self, environment: OperatorEnvironment
    ) -> None:
        job = synced(environment, FLUX)
        [found] = environment.simulator.jobs(job.principal)
        environment.simulator.act(found.id, "pause")
        environment.wait_event(job.name, "DriftCorrected")
        assert job.writes() == [*BEGINNING, "startJob"]

    def test_a_forced_change_of_what_cannot_be_changed_adopts_the_other_job_and_writes_nothing(
        self, environment: OperatorEnvironment
    ) -> None:
        job = JobInGit(environment, FLUX, OWNED)
        one, other = (environment.simulator.create_job(job.principal, started=True).id for _ in range(2))
        job.spec["jobId"] = one
        job.sync()
        environment.wait_ready(job.name)
        job.spec["jobId"] = other
        with pytest.raises(RefusedError, match="Invalid"):
            job.sync()
        job.prune("Background")
        environment.wait_gone(job.name)
        job.sync()
        assert environment.wait_ready(job.name)["status"]["job"]["id"] == other
        assert job.writes() == []

    def test_a_prune_of_a_resource_whose_job_is_retained_writes_nothing(self, environment: OperatorEnvironment) -> None:
        job = synced(environment, FLUX)
        job.spec["deletionPolicy"] = "Retain"
        job.sync()
        environment.wait_ready(job.name)
        job.prune("Background")
        environment.wait_gone(job.name)
        assert environment.writes(job.principal) == BEGINNING
        job.sync()
        environment.wait_ready(job.name)
        assert job.writes() == BEGINNING


OTHER_KINDS = {
    CONNECTION_KIND: {
        "tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
        "clientSecret": {
            "clientId": "00001111-aaaa-2222-bbbb-3333cccc4444",
            "secretRef": {"name": "no-such-secret", "key": "client-secret"},
        },
    },
    PROVISIONING_KIND: {
        "jobRef": {"name": "no-such-job"},
        "subjects": [{"objectId": "anna", "objectTypeName": "User"}],
    },
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_the_operator_owns_no_field_of_the_spec_of_the_other_kinds(environment: OperatorEnvironment, kind: str) -> None:
    metadata = {"name": "in-git", "namespace": environment.namespace}
    manifest = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": OTHER_KINDS[kind]}
    environment.cluster.apply([manifest], manager=FLUX)
    found = environment.cluster.wait_for(
        API_VERSION,
        KINDS[kind],
        "in-git",
        environment.namespace,
        holds=lambda found: found["status"].get("conditions"),
        what="the operator has looked at it",
    )
    owners = field_owners(found)
    assert owners[FLUX] == {"spec"}
    assert owners[OPERATOR] <= {"metadata", "status"}
    environment.cluster.delete(API_VERSION, KINDS[kind], "in-git", environment.namespace)


@pytest.mark.parametrize("manager", [ARGO_CD, FLUX])
def test_the_operator_owns_no_field_of_the_spec(environment: OperatorEnvironment, manager: str) -> None:
    job = synced(environment, manager)
    owners = field_owners(environment.job(job.name))
    assert owners == {manager: {"metadata", "spec"}, OPERATOR: {"metadata", "status"}}
