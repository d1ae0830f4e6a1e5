"""A release of an earlier chart is upgraded with its CRDs, and rolled back again.

`tests/data/earlier-charts` has the first chart, and one from before Secrets needed a label. Each of them meets both
versions of Helm and both ways to keep values, in half of the combinations.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrasync.api.names import API_VERSION, GROUP, KIND, PLURAL
from tests.ecosystem.chart.test_install import prepared, release_objects
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object
from tests.support.helm import CHART, REPOSITORY, ROOT, Helm
from tests.support.installation import CRD, NOBODY, SimulatedTenant

FOLDER = ROOT / "tests" / "data" / "earlier-charts"
VALUES = (f"--set=image.repository={REPOSITORY}", "--set=logLevel=debug", "--set=pollInterval=7m")
REUSE, RESET = "--reuse-values", "--reset-then-reuse-values"
CRDS = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "crds").glob("*.yaml"))]
DRAWN = {"clusterIP", "clusterIPs", "creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}
"""What the API server draws or counts."""


@dataclass(frozen=True)
class Upgraded:
    """A release of an earlier chart after its upgrade, and a release of the present chart beside it."""

    cluster: Cluster
    helm: Helm
    name: str
    earlier: Path
    before: Object
    """Its objects before the upgrade, and then after it, without the CRDs."""
    objects: Object
    fresh: Object
    """The objects of a fresh install with the same values."""
    crds: dict[str, Object]
    """The CRDs after the upgrade."""

    def run(self, verb: str, *words: str | Path) -> None:
        """Run a verb of Helm on the release."""
        self.helm(verb, self.name, *words, f"--namespace={self.name}")

    def create_job(self, name: str) -> None:
        """Make a job with a field that both earlier charts do not know."""
        spec = {"servicePrincipal": {"objectId": NOBODY}, "template": {"id": "scim"}}
        job = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}}
        self.cluster.create(PLURAL, job | {"spec": spec | {"recovery": {"onQuarantine": "Start"}}}, self.name)

    def wait_recovery(self, job: str, *, is_known: bool) -> None:
        """Wait until a job is served with that field, or without it."""
        self.cluster.wait_for(
            API_VERSION,
            PLURAL,
            job,
            self.name,
            holds=lambda seen: ("recovery" in seen["spec"]) is is_known,
            what=f"{job} is served {'with' if is_known else 'without'} recovery",
        )


@pytest.fixture(
    scope="class",
    params=[
        ("first", "helm3", REUSE),
        ("first", "helm4", RESET),
        ("previous", "helm3", RESET),
        ("previous", "helm4", REUSE),
    ],
    ids=lambda each: "".join(each),
)
def upgraded(
    bare_cluster: Cluster,
    tenant: SimulatedTenant,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Upgraded]:
    (stem, program, keeping), helms = request.param, tmp_path_factory
    earlier, helm = FOLDER / f"{stem}.tgz", find_helm(program, helms).at(bare_cluster)
    with prepared(bare_cluster, tenant) as name, prepared(bare_cluster, tenant) as other:
        helm("install", name, earlier, f"--namespace={name}", *VALUES)
        bare_cluster.wait_served(CRD)
        before = described(bare_cluster, name, name)
        helm("upgrade", name, CHART, f"--namespace={name}", keeping)
        kept = helm("show", "values", earlier) if keeping == REUSE else ""
        words = (f"--namespace={other}", *VALUES, "--values=-", "--set=crds.enabled=false")
        helm("install", other, CHART, *words, content=kept)
        yield Upgraded(
            bare_cluster,
            helm,
            name,
            earlier,
            before,
            described(bare_cluster, name, other),
            described(bare_cluster, other, other),
            list_crds(bare_cluster),
        )


def described(cluster: Cluster, release: str, name: str) -> Object:
    """Read all objects of a release but its CRDs, without what is drawn, as if the release had another name."""
    found = release_objects(cluster, release)
    kept = {plural: [_leave_out_drawn(each) for each in objects] for plural, objects in found.items()}
    renamed: Object = json.loads(json.dumps(kept).replace(release, name))
    return renamed


def _leave_out_drawn(found: Any) -> Any:
    if isinstance(found, list):
        return [_leave_out_drawn(each) for each in found]
    if isinstance(found, dict):
        return {key: _leave_out_drawn(value) for key, value in found.items() if key not in DRAWN}
    return found


def list_crds(cluster: Cluster) -> dict[str, Object]:
    """List our CRDs by name. Those of others may be there too."""
    found = cluster.list("apiextensions.k8s.io/v1", "customresourcedefinitions")
    return {each["metadata"]["name"]: each for each in found if each["spec"]["group"] == GROUP}


def read_schemas(crd: Object) -> Any:
    """Read what each version of a CRD lets in, shows in columns and has as subresources."""
    return crd["spec"]["versions"]


def read_crds_of(chart: Path) -> list[Object]:
    """Read the CRDs of a packed chart."""
    with tarfile.open(chart) as packed:
        files = [packed.extractfile(each) for each in packed.getmembers() if "/files/crds/" in each.name]
        return [yaml.safe_load(file) for file in files if file]


class TestAnUpgradeFromAnEarlierChart:
    def test_it_equals_an_install(self, upgraded: Upgraded) -> None:
        assert upgraded.objects == upgraded.fresh
        [deployment] = upgraded.objects["deployments"]
        assert "--log-level=debug" in deployment["spec"]["template"]["spec"]["containers"][0]["args"]

    def test_it_upgrades_the_crds(self, upgraded: Upgraded) -> None:
        assert {name: read_schemas(crd) for name, crd in upgraded.crds.items()} == {
            crd["metadata"]["name"]: read_schemas(crd) for crd in CRDS
        }

    def test_a_rollback_brings_back_the_earlier_release_with_its_crds_and_keeps_the_jobs(
        self, upgraded: Upgraded
    ) -> None:
        """A field that they do not know is served no longer. It is lost for the jobs that are written meanwhile."""
        cluster, place = upgraded.cluster, upgraded.name
        for job in ("written", "untouched"):
            upgraded.create_job(job)
        upgraded.run("rollback")
        assert described(cluster, place, place) == upgraded.before
        found = list_crds(cluster)
        for crd in read_crds_of(upgraded.earlier):
            assert read_schemas(found[crd["metadata"]["name"]]) == read_schemas(crd)
        assert set(found) == set(upgraded.crds)
        for job in ("written", "untouched"):
            upgraded.wait_recovery(job, is_known=False)
        cluster.patch(API_VERSION, PLURAL, "written", place, merge={"metadata": {"labels": {"team": "a"}}})
        upgraded.run("upgrade", CHART, RESET)
        upgraded.wait_recovery("untouched", is_known=True)
        upgraded.wait_recovery("written", is_known=False)
        assert {name: read_schemas(crd) for name, crd in list_crds(cluster).items()} == {
            name: read_schemas(crd) for name, crd in upgraded.crds.items()
        }
