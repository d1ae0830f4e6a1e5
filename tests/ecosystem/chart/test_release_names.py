"""The API server takes the names that the chart makes of any release that Helm takes."""

import pytest

from tests.support.cluster import Cluster
from tests.support.helm import Helm
from tests.support.installation import clear


@pytest.mark.parametrize(("release", "begun"), [("1234", "release-1234"), ("team.a", "team-a")])
def test_a_release_is_installed_whose_name_begins_with_a_digit_or_has_dots(
    bare_cluster: Cluster, helm: Helm, release: str, begun: str
) -> None:
    """No Service may have such a name."""
    values = {"simulator": {"enabled": True}, "serviceAccount": {"name": "123"}, "crds": {"enabled": False}}
    cluster_helm = helm.at(bare_cluster)
    try:
        cluster_helm.install(release, "2024", "--create-namespace", values=values)
        services = [each["metadata"]["name"] for each in bare_cluster.list("v1", "services", "2024")]
        assert sorted(services) == [f"{begun}-entra-sync-operator-{part}" for part in ("metrics", "simulator")]
        cluster_helm("uninstall", release, "--namespace=2024")
    finally:
        clear(bare_cluster)
