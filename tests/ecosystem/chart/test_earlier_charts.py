"""A release of an earlier chart is upgraded, in both ways that keep its values.

`tests/data/earlier-charts` has the first chart, and one from before Secrets needed a label.
"""

from pathlib import Path

import pytest

from tests.ecosystem.chart.test_install import prepared, release_objects
from tests.support.cluster import Cluster
from tests.support.helm import CHART, REPOSITORY, ROOT, Helm
from tests.support.installation import SimulatedTenant

EARLIER = sorted((ROOT / "tests" / "data" / "earlier-charts").glob("*.tgz"))
VALUES = (
    f"--set=image.repository={REPOSITORY}",
    "--set=crds.enabled=false",
    "--set=logLevel=debug",
    "--set=pollInterval=7m",
)
"""`--reuse-values` keeps the default of an earlier chart where the present one has another, so that one is set."""


@pytest.mark.parametrize("keeping", ["--reuse-values", "--reset-then-reuse-values"])
@pytest.mark.parametrize("earlier", EARLIER, ids=lambda path: path.stem)
def test_an_upgrade_from_an_earlier_chart_equals_an_install(
    bare_cluster: Cluster, helm3: Helm, tenant: SimulatedTenant, earlier: Path, keeping: str
) -> None:
    with prepared(bare_cluster, tenant) as name:
        helm = helm3.at(bare_cluster)
        helm("install", name, earlier, f"--namespace={name}", *VALUES)
        helm("upgrade", name, CHART, f"--namespace={name}", keeping)
        [upgraded] = release_objects(bare_cluster, name)["deployments"]
    with prepared(bare_cluster, tenant) as other:
        helm("install", other, CHART, f"--namespace={other}", *VALUES)
        [fresh] = release_objects(bare_cluster, other)["deployments"]
    arguments = [each["spec"]["template"]["spec"]["containers"][0]["args"] for each in (upgraded, fresh)]
    assert [word.replace(name, other) for word in arguments[0]] == arguments[1]
    assert "--log-level=debug" in arguments[0]
