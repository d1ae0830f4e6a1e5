"""The Kustomize base in config/ is taken by the API server, through an overlay as its page shows one."""

import yaml

from tests.support.cluster import Cluster
from tests.support.helm import ROOT
from tests.support.installation import clear
from tests.support.kustomize_base import BASE, NAME

IMAGE = "registry.example.com/entra-sync-operator"


def test_an_overlay_of_the_base_is_taken_by_the_api_server(bare_cluster: Cluster) -> None:
    """Applied for real once, as a dry run would not find the namespace that the base makes."""
    overlay = ROOT / "build" / "overlay"
    overlay.mkdir(parents=True, exist_ok=True)
    asked = {"resources": ["../../config"], "images": [{"name": NAME, "newName": IMAGE}], "namespace": "kustomized"}
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    try:
        bare_cluster.plane.kubectl("apply", "--server-side", "--validate=strict", f"--kustomize={overlay}")
        [deployment] = bare_cluster.list("apps/v1", "deployments", "kustomized")
        assert deployment["spec"]["template"]["spec"]["containers"][0]["image"].startswith(f"{IMAGE}:")
        again = bare_cluster.plane.kubectl("apply", "--server-side", f"--kustomize={overlay}")
        assert again.count("serverside-applied") == len(list((BASE / "crds").glob("*.yaml"))) + operator_objects()
        bare_cluster.plane.kubectl("delete", "--wait=false", f"--kustomize={overlay}", "--ignore-not-found")
    finally:
        clear(bare_cluster)


def operator_objects() -> int:
    """Count the objects besides the CRDs."""
    return sum(1 for each in yaml.safe_load_all((BASE / "operator.yaml").read_text(encoding="utf-8")) if each)
