"""The programs of a control plane, their versions, and where their sources are: one row each."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from control_plane.errors import ControlPlaneError

KUBERNETES_VERSION = "1.35.4"
# Newer etcd asks for newer gRPC than this Kubernetes was released with, and for a newer Go; both programs come from
# one go.mod, so this is the newest that leaves Kubernetes' own dependencies as they are.
ETCD_VERSION = "3.6.8"
ENVTEST_VERSION = "1.35.0"

BUILT_EDITION = f"v{KUBERNETES_VERSION}-etcd-v{ETCD_VERSION}"
ENVTEST_EDITION = f"v{ENVTEST_VERSION}-envtest"


@dataclass(frozen=True)
class Program:
    """A program, the Go package it is built from, and whether the official envtest archive holds it."""

    name: str
    package: str
    in_archive: bool
    module: str = "tools"
    """Folder, beside this file, of the go.mod which pins the package. One whose dependencies would raise the API
    server's own (helm) needs a go.mod of its own."""

    @property
    def module_folder(self) -> Path:
        """The folder of that go.mod."""
        return Path(__file__).parent / self.module


PROGRAMS: Mapping[str, Program] = {
    program.name: program
    for program in (
        Program("etcd", "go.etcd.io/etcd/server/v3", in_archive=True),
        Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver", in_archive=True),
        Program("kubectl", "k8s.io/kubernetes/cmd/kubectl", in_archive=True),
    )
}
REQUIRED = tuple(PROGRAMS)

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Target:
    """The operating system and processor to get programs for, in Go's words."""

    system: str
    architecture: str

    def __str__(self) -> str:
        return f"{self.system}-{self.architecture}"


def this_machine() -> Target:
    """Return this machine's target; raise ControlPlaneError where a control plane cannot run."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in {"linux", "darwin"} or machine not in _ARCHITECTURES:
        raise ControlPlaneError(
            f"A control plane runs on Linux and macOS, on amd64 and arm64; this is {system} {machine}."
        )
    return Target(system, _ARCHITECTURES[machine])
