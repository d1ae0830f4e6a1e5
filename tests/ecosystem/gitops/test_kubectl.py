"""The commands of kubectl that people and pipelines use on a resource, and that none of them writes to Graph."""

import json

import yaml

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from tests.support.gitops.manifests import OPERATOR, JobInGit, field_owners
from tests.support.operator_environment import OperatorEnvironment

BEGINNING = ["createJob", "startJob"]


class Kubectl:
    """kubectl in the namespace of a job, with its manifest on standard input."""

    def __init__(self, job: JobInGit) -> None:
        self.job = job
        job.environment.applied.append(job.name)

    def pipe(self, *arguments: str) -> str:
        """Run a command that reads the manifest."""
        plane, home = self.job.environment.cluster.plane, f"--namespace={self.job.environment.namespace}"
        return plane.kubectl(*arguments, home, "--filename=-", content=yaml.safe_dump(self.job.manifest))

    def wait(self) -> None:
        """Run `kubectl wait` for the condition Ready."""
        plane, home = self.job.environment.cluster.plane, f"--namespace={self.job.environment.namespace}"
        plane.kubectl("wait", f"syncjob/{self.job.name}", "--for=condition=Ready", "--timeout=60s", home)


def test_apply_diff_and_server_side_apply_write_nothing_to_graph(environment: OperatorEnvironment) -> None:
    job = JobInGit(environment, "kubectl")
    kubectl = Kubectl(job)
    assert "created" in kubectl.pipe("apply")
    kubectl.wait()
    assert "unchanged" in kubectl.pipe("apply")
    assert kubectl.pipe("diff") == ""
    assert "serverside-applied" in kubectl.pipe("apply", "--server-side", "--force-conflicts")
    assert kubectl.pipe("diff", "--server-side") == ""
    kubectl.wait()
    assert job.writes() == BEGINNING
    owners = field_owners(environment.job(job.name))
    assert owners[OPERATOR] == {"metadata", "status"}
    assert all("status" not in parts for manager, parts in owners.items() if manager != OPERATOR)


def test_an_apply_leaves_a_hold_that_a_person_has_set(environment: OperatorEnvironment) -> None:
    job = JobInGit(environment, "kubectl")
    kubectl = Kubectl(job)
    kubectl.pipe("apply")
    kubectl.wait()
    environment.annotate(job.name, hold_until="2099-01-01T00:00:00Z")
    environment.wait_condition(job.name, "Ready", reason="Paused")
    assert kubectl.pipe("diff") == ""
    assert "unchanged" in kubectl.pipe("apply")
    assert job.writes() == [*BEGINNING, "pauseJob"]


def test_replace_takes_what_the_operator_keeps_in_the_metadata_and_the_operator_puts_it_back(
    environment: OperatorEnvironment,
) -> None:
    job = JobInGit(environment, "kubectl")
    kubectl = Kubectl(job)
    kubectl.pipe("create")
    kubectl.wait()
    before = environment.job(job.name)
    assert "replaced" in kubectl.pipe("replace")
    names = (JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION)
    found = environment.wait(
        job.name,
        lambda found: (
            FINALIZER in found["metadata"].get("finalizers", ())
            and set(names) <= set(found["metadata"].get("annotations", {}))
        ),
        "finalizer and annotations are back",
    )
    assert [found["metadata"]["annotations"][name] for name in names] == [
        before["metadata"]["annotations"][name] for name in names
    ]
    kubectl.wait()
    assert job.writes() == BEGINNING


def test_a_backup_without_a_status_is_restored_over_a_deletion_without_a_write(
    environment: OperatorEnvironment,
) -> None:
    job = JobInGit(environment, "kubectl")
    job.spec["deletionPolicy"] = "Retain"
    kubectl = Kubectl(job)
    kubectl.pipe("create")
    kubectl.wait()
    home = f"--namespace={environment.namespace}"
    backup = json.loads(environment.cluster.plane.kubectl("get", "syncjob", job.name, home, "--output=json"))
    del backup["status"]
    backup["metadata"] = {name: backup["metadata"][name] for name in ("name", "namespace", "annotations")}
    environment.cluster.plane.kubectl("delete", "syncjob", job.name, home)
    environment.cluster.plane.kubectl("create", "--filename=-", content=json.dumps(backup))
    kubectl.wait()
    assert job.writes() == BEGINNING
    assert environment.job(job.name)["status"]["origin"] == "Created"
