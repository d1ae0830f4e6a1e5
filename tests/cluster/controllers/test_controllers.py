"""A control plane with controllers: what they do, and what happens with an unknown name."""

import json
from pathlib import Path

import pytest

from control_plane import ControlPlane, ControlPlaneError
from tests.support.cluster import Cluster, Object
from tests.support.processes import running


def config_map(name: str, **metadata: object) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def test_a_deleted_namespace_is_emptied_and_removed(controlled_cluster: Cluster) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "brief"}}
    controlled_cluster.create("namespaces", namespace)
    controlled_cluster.create("configmaps", config_map("kept-nowhere"), "brief")
    controlled_cluster.delete("v1", "namespaces", "brief")
    controlled_cluster.wait_gone("v1", "namespaces", "brief")
    controlled_cluster.create("namespaces", namespace)
    assert controlled_cluster.find("v1", "configmaps", "kept-nowhere", "brief") is None


def test_an_object_whose_owner_is_deleted_is_removed_too(controlled_cluster: Cluster) -> None:
    owner = controlled_cluster.create("configmaps", config_map("owner"), "default")
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    controlled_cluster.create("configmaps", config_map("owned", ownerReferences=[reference]), "default")
    controlled_cluster.delete("v1", "configmaps", "owner", "default")
    controlled_cluster.wait_gone("v1", "configmaps", "owned", "default")


def test_only_the_named_controllers_run(controlled_plane: ControlPlane, controlled_cluster: Cluster) -> None:
    assert set(controlled_plane.process_ids) == {"supervisor", "etcd", "kube-apiserver", "kube-controller-manager"}
    assert controlled_cluster.list("v1", "serviceaccounts", "default") == []  # a further controller makes one


def test_an_unknown_controller_is_reported_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(ControlPlaneError, match=r'"no-such.*is not in the list of known controllers'):
        ControlPlane.start(tmp_path, controllers=["no-such-controller"])
    assert running(json.loads((tmp_path / "processes.json").read_text()).values()) == []
