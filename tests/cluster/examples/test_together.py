"""All examples are applied to one namespace, as `kubectl apply -f examples/` does."""

from pathlib import Path

from tests.cluster.examples.conftest import OFTEN
from tests.cluster.examples.example import EXAMPLES, Example
from tests.cluster.examples.preparations import PREPARATIONS
from tests.support.cluster import Cluster
from tests.support.operator_environment import open_environment


def test_all_examples_can_be_applied_together(cluster: Cluster, crd_installed: None, tmp_path: Path) -> None:
    with open_environment(cluster, tmp_path, flags=(OFTEN,)) as environment:
        examples = [Example.read(name, environment) for name in EXAMPLES]
        for example in examples:
            example.make_principals()
            PREPARATIONS[example.name](example)
        for example in examples:
            example.apply()
        for example in examples:
            example.wait_ready()
