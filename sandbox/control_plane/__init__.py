"""Runs a real etcd and kube-apiserver on loopback, with RBAC and no containers, for tests, benches and the demo."""

from control_plane.errors import CommandFailedError, ControlPlaneError
from control_plane.plane import ControlPlane

__all__ = ["CommandFailedError", "ControlPlane", "ControlPlaneError"]
