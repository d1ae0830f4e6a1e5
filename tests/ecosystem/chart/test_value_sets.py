"""The API server takes what the chart renders for every set of values, field by field."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.cluster import Cluster, Object
from tests.support.golden_chart import VALUE_SETS, expected
from tests.support.helm import ROOT
from tests.support.installation import clear, make_namespace

PLACE = "value-sets"
"""The namespace that stands for all others: nobody could remove them, because no controller runs here."""


@pytest.fixture(scope="module")
def ready_cluster(bare_cluster: Cluster, crds_of_others: Path) -> Iterator[Cluster]:
    """A cluster with the CRDs, and those of the Prometheus operator."""
    bare_cluster.apply_crds(ROOT / "crds")
    for plural in ("servicemonitors", "podmonitors", "prometheusrules"):
        bare_cluster.apply_crds(crds_of_others / f"monitoring.coreos.com_{plural}.yaml")
    make_namespace(bare_cluster, PLACE)
    yield bare_cluster
    clear(bare_cluster)


def place(rendered: Object) -> Object:
    """Move an object into the namespace of this test, unless it is of the cluster."""
    metadata = rendered["metadata"]
    return rendered | {"metadata": metadata | ({"namespace": PLACE} if "namespace" in metadata else {})}


@pytest.mark.parametrize("value_set", VALUE_SETS, ids=lambda path: path.stem)
def test_the_api_server_takes_every_rendered_object_and_knows_each_field(
    ready_cluster: Cluster, tmp_path: Path, value_set: Path
) -> None:
    rendered = yaml.safe_load_all(expected(value_set).read_text(encoding="utf-8"))
    ours = [place(each) for each in rendered]
    for account in [each["spec"]["serviceAccountName"] for each in ours if each["kind"] == "Pod"]:
        # Admission looks for it, and a dry run leaves none behind.
        ready_cluster.plane.kubectl("create", "serviceaccount", account, f"--namespace={PLACE}")
        ours = [each for each in ours if (each["kind"], each["metadata"]["name"]) != ("ServiceAccount", account)]
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(yaml.safe_dump_all(ours), encoding="utf-8")
    asked = ("--dry-run=server", "--validate=strict", f"--filename={manifests}")
    answered = ready_cluster.plane.kubectl("create", *asked)
    assert answered.count("created (server dry run)") == len(ours)
