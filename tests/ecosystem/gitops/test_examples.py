"""What Kustomize makes of examples/gitops, and what the API server says of it."""

from pathlib import Path

import yaml

from control_plane import ControlPlane
from entrasync.api.names import CONNECTION_KIND, KIND
from tests.support.cluster import Cluster
from tests.support.gitops.argo_cd import FOLDER
from tests.support.operator_environment import make_namespace

FLUX = FOLDER.parent / "flux"
FLUX_CRDS = (
    "source.toolkit.fluxcd.io_gitrepositories",
    "kustomize.toolkit.fluxcd.io_kustomizations",
    "helm.toolkit.fluxcd.io_helmreleases",
)
OVERLAY = FOLDER.parent / "kustomize" / "overlays" / "production"


def test_the_overlay_is_accepted_and_its_names_are_followed(
    control_plane: ControlPlane, cluster: Cluster, crd_installed: None
) -> None:
    made = control_plane.kubectl("kustomize", str(OVERLAY))
    objects = {found["kind"]: found for found in yaml.safe_load_all(made)}
    assert set(objects) == {CONNECTION_KIND, KIND}
    assert {found["metadata"].pop("namespace") for found in objects.values()} == {"identity"}
    connection, job = objects[CONNECTION_KIND], objects[KIND]
    assert job["spec"]["connectionRef"]["name"] == connection["metadata"]["name"] == "contoso-production"
    assert job["spec"]["deletionPolicy"] == "Retain"
    waves = [found["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for found in (connection, job)]
    assert waves == sorted(waves)
    home = f"--namespace={make_namespace(cluster)}"
    options = ("--dry-run=server", "--validate=strict", home, "--filename=-")
    control_plane.kubectl("apply", *options, content=yaml.safe_dump_all(objects.values()))


def test_flux_takes_its_example_and_knows_each_field(
    control_plane: ControlPlane, cluster: Cluster, crds_of_others: Path
) -> None:
    for crd in FLUX_CRDS:
        cluster.apply_crds(crds_of_others / f"{crd}.yaml")
    manifests = [each for path in sorted(FLUX.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text("utf-8"))]
    home = make_namespace(cluster)
    for manifest in manifests:
        manifest["metadata"]["namespace"] = home
    options = ("--server-side", "--dry-run=server", "--validate=strict", f"--namespace={home}", "--filename=-")
    answered = control_plane.kubectl("apply", *options, content=yaml.safe_dump_all(manifests))
    assert answered.count("serverside-applied (server dry run)") == len(manifests) == 4
