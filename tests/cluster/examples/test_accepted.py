"""The API server accepts each example and each manifest of the guide."""

import re
from pathlib import Path

import pytest
import yaml

from control_plane import ControlPlane
from entrasync.api.names import API_VERSION
from tests.cluster.examples.example import EXAMPLES, ROOT
from tests.cluster.examples.preparations import PREPARATIONS

STANDING = re.compile(r"([0-9a-f])\1{7}-|([0-9a-f])\2{3}([0-9a-f])\3{3}-|^(0f2c7c1e|6b8d4b52|c41f0a7d)-")
"""The placeholder ids of Microsoft's documentation, and the ids of the demo."""

PATHS = [ROOT / f"{name}.yaml" for name in EXAMPLES]


def test_there_are_examples() -> None:
    named = {"minimal", "paused", "retain", "scim-app", "hr-inbound", "cross-tenant-sync", "adopt-existing"}
    named |= {"observe-only", "several-tenants", "workload-identity", "notifications-and-threshold", "emergency-hold"}
    named |= {"install-connection", "provision-user", "provision-group-members"}
    assert named <= set(EXAMPLES)


def test_each_example_has_a_test_of_its_effects() -> None:
    assert set(PREPARATIONS) == set(EXAMPLES)


@pytest.mark.parametrize("example", PATHS, ids=lambda path: path.stem)
def test_each_example_is_accepted_by_the_api_server(
    control_plane: ControlPlane, crd_installed: None, namespace: str, example: Path
) -> None:
    """With strict validation: an example with a field that the CRD does not know is wrong."""
    options = ("--dry-run=server", f"--namespace={namespace}", "--validate=strict")
    control_plane.kubectl("apply", *options, f"--filename={example}")


def test_the_manifests_of_the_guide_are_accepted_by_the_api_server(
    control_plane: ControlPlane, crd_installed: None, namespace: str
) -> None:
    guide = (ROOT.parent / "docs" / "guide.md").read_text(encoding="utf-8")
    documents = yaml.safe_load_all("\n---\n".join(re.findall(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)))
    ours = [document for document in documents if document.get("apiVersion") == API_VERSION]
    assert len(ours) > 4
    options = ("--dry-run=server", f"--namespace={namespace}", "--validate=strict", "--filename=-")
    control_plane.kubectl("apply", *options, content=yaml.safe_dump_all(ours))


@pytest.mark.parametrize("example", PATHS, ids=lambda path: path.stem)
def test_each_example_says_when_it_is_of_use(example: Path) -> None:
    text = example.read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert "Use it " in text
    assert all(len(line) <= 130 for line in text.splitlines())


@pytest.mark.parametrize("example", PATHS, ids=lambda path: path.stem)
def test_each_example_has_ids_that_belong_to_nobody(example: Path) -> None:
    """Some readers apply an example as it is."""
    ids = re.findall(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", example.read_text(encoding="utf-8"))
    assert ids
    assert [found for found in ids if not STANDING.search(found)] == []
