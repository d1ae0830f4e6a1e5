"""Examples that are deleted with Retain find their jobs again, when applied again or restored without status."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from entrasync.api.names import API_VERSION, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION, KIND, PLURAL
from tests.cluster.examples.conftest import AppliedExamples, open_examples
from tests.cluster.examples.example import EXAMPLES, Example
from tests.cluster.examples.timed import wait_until_the_hold_is_over, wait_until_the_week_is_over
from tests.support.cluster import Cluster, Object

OPERATOR = "entra-sync-operator"
MOST_WRITES = 2
"""One write sets annotation and finalizer, the other the status. Events come on top."""


@dataclass(frozen=True)
class Comparison:
    """A job's resource before and after it was deleted, and what was written for it."""

    before: Object
    after: Object
    graph_writes: list[str]
    kubernetes_writes: list[str]


Comparisons = dict[str, list[Comparison]]
"""The results of each example, one for each of its jobs."""


@dataclass(frozen=True)
class SettledExamples:
    """All examples, applied and settled, with Graph's clock stopped, so that no cycle ends meanwhile."""

    examples: list[Example]

    def delete_and_apply(self, *, restored: bool) -> Comparisons:
        """Delete all jobs with Retain and apply them again. Restored ones keep their annotations."""
        before = {each.name: self._delete(each) for each in self.examples}
        for example in self.examples:
            for name in example.names:
                example.environment.wait_gone(name)
        simulator, plane = self.examples[0].simulator, self.examples[0].environment.cluster.plane
        graph, kubernetes = simulator.journal()[-1].sequence, plane.audit_log.position()
        for example in self.examples:
            _restore(example, before[example.name]) if restored else example.apply()
        for example in self.examples:
            example.wait_ready()
        self.examples[0].environment.wait_polls(
            *(principal for each in self.examples for principal in each.principals.values())
        )
        return {
            each.name: _compare(each, before[each.name], graph=graph, kubernetes=kubernetes) for each in self.examples
        }

    def _delete(self, example: Example) -> list[Object]:
        """Delete the jobs of an example as soon as Retain is in force; return them as they were."""
        for name in example.names:
            example.environment.change_job(name, deletionPolicy="Retain")
        before = [example.environment.wait_ready(name) for name in example.names]
        for name in example.names:
            example.environment.delete_job(name)
        return before


def _restore(example: Example, backup: list[Object]) -> None:
    for found in backup:
        metadata = {name: found["metadata"][name] for name in ("name", "namespace", "annotations")}
        manifest = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": found["spec"]}
        example.environment.cluster.create(PLURAL, manifest, example.environment.namespace)


def _compare(example: Example, before: list[Object], *, graph: int, kubernetes: int) -> list[Comparison]:
    journal = example.simulator.journal(after=graph)
    audit = example.environment.cluster.plane.audit_log.writes(kubernetes, resource=PLURAL)
    ours = [
        write for write in audit if write.namespace == example.environment.namespace and OPERATOR in write.user_agent
    ]
    return [
        Comparison(
            was,
            example.environment.job(name),
            [
                entry.operation
                for entry in journal
                if entry.service_principal == example.principals[name]
                and entry.method != "GET"
                and entry.operation != "parseExpression"  # a POST that changes nothing
            ],
            [f"{write.verb} {write.subresource}" for write in ours if write.name == name],
        )
        for was in before
        for name in [was["metadata"]["name"]]
    ]


@pytest.fixture(scope="module")
def settled_examples(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SettledExamples]:
    with open_examples(cluster, tmp_path_factory.mktemp("settled-examples")) as applied_examples:
        yield _settle(applied_examples)


def _settle(applied_examples: AppliedExamples) -> SettledExamples:
    examples = [applied_examples.apply(name) for name in EXAMPLES]
    named = {example.name: example for example in examples}
    wait_until_the_hold_is_over(named["emergency-hold"])
    wait_until_the_week_is_over(named["weekly-restart"])
    examples[0].simulator.freeze()
    return SettledExamples(examples)


@pytest.fixture(scope="module")
def restored(settled_examples: SettledExamples) -> Comparisons:
    return settled_examples.delete_and_apply(restored=True)


@pytest.fixture(scope="module")
def applied_again(settled_examples: SettledExamples, restored: Comparisons) -> Comparisons:
    """After the restore, because all jobs are adopted from then on."""
    return settled_examples.delete_and_apply(restored=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_restored_from_a_backup_holds_its_job_as_before(restored: Comparisons, name: str) -> None:
    for job in restored[name]:
        assert _job_id(job.after) == _job_id(job.before)
        assert job.after["status"]["origin"] == job.before["status"]["origin"]
        assert job.after["metadata"]["annotations"][JOB_ORIGIN_ANNOTATION] == job.after["status"]["origin"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_applied_again_adopts_its_job(applied_again: Comparisons, name: str) -> None:
    for job in applied_again[name]:
        assert _job_id(job.after) == _job_id(job.before)
        assert job.after["metadata"]["annotations"][JOB_ID_ANNOTATION] == _job_id(job.after)
        assert job.after["status"]["origin"] == "Adopted"


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("way", ["restored", "applied_again"])
def test_restored_examples_write_nothing_to_graph_and_little_to_kubernetes(
    request: pytest.FixtureRequest, way: str, name: str
) -> None:
    comparisons: Comparisons = request.getfixturevalue(way)
    for job in comparisons[name]:
        assert job.graph_writes == []
        assert len(job.kubernetes_writes) <= MOST_WRITES, job.kubernetes_writes


def _job_id(found: Object) -> str:
    return str(found["status"]["job"]["id"])
