"""What the tests of examples/ share: one operator for all examples."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.cluster.examples.example import EXAMPLES, Example
from tests.cluster.examples.preparations import PREPARATIONS
from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_environment

OFTEN = "--poll-interval=30s"


@dataclass
class AppliedExamples:
    """One operator for all examples, each in a namespace of its own."""

    environments: dict[str, OperatorEnvironment]
    _applied: dict[str, Example] = field(default_factory=dict)

    def apply(self, name: str) -> Example:
        """Apply an example, unless it is applied already, and wait until all of it is Ready."""
        if name not in self._applied:
            example = Example.read(name, self.environments[name])
            example.make_principals()
            PREPARATIONS[name](example)
            example.apply()
            self._applied[name] = example
        self._applied[name].wait_ready()
        return self._applied[name]


@contextmanager
def open_examples(cluster: Cluster, folder: Path) -> Iterator[AppliedExamples]:
    namespaces = {name: make_namespace(cluster) for name in EXAMPLES}
    with open_environment(cluster, folder, flags=(OFTEN,), beside=tuple(namespaces.values())) as environment:
        yield AppliedExamples(
            {name: replace(environment, namespace=namespace, applied=[]) for name, namespace in namespaces.items()}
        )
        assert check_requests(environment.simulator.journal()) > 0
        assert find_leaks(environment) == []


@pytest.fixture(scope="package")
def applied_examples(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppliedExamples]:
    with open_examples(cluster, tmp_path_factory.mktemp("examples")) as found:
        yield found
