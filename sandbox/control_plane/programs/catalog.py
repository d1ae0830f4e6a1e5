"""Lists the programs that the sandbox runs, with their versions and the Go packages they are built from."""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from control_plane.errors import ControlPlaneError

KUBERNETES_VERSION = "1.35.4"
# Newer versions of etcd need a newer gRPC than this Kubernetes was released with, and a newer Go. Both programs come
# from one go.mod, so this is the newest version that leaves Kubernetes' own dependencies as they are.
ETCD_VERSION = "3.6.8"
ENVTEST_VERSION = "1.35.0"

HELM3_VERSION = "3.22.0"
HELM4_VERSION = "4.3.1"

BUILT_EDITION = f"v{KUBERNETES_VERSION}-etcd-v{ETCD_VERSION}"
ENVTEST_EDITION = f"v{ENVTEST_VERSION}-envtest"


def kubernetes_stamps(version: str) -> Mapping[str, str]:
    """Return the Go variables that hold a version of Kubernetes.

    Without them the API server reports version v0.0.0, and clients that check the version refuse it.
    """
    major, minor, _ = version.split(".")
    names = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    return {f"k8s.io/component-base/version.{name}": value for name, value in names.items()}


_KUBERNETES_STAMPS = kubernetes_stamps(KUBERNETES_VERSION)


@dataclass(frozen=True)
class Program:
    """A program, the Go package it is built from, and where else it may come from."""

    name: str
    package: str
    in_archive: bool = True
    """Whether the official envtest archive holds it."""
    is_required: bool = True
    """Whether a control plane needs it. `get --all` gets the others, which only tests need."""
    module: str = "tools"
    """The folder, beside this file, of the go.mod that pins the package. A program whose dependencies would raise those
    of the API server (helm) needs a go.mod of its own."""
    edition: str = BUILT_EDITION
    """The folder of the cache for programs built from that go.mod."""
    stamps: Mapping[str, str] = field(default_factory=dict)
    """Go variables to set at the build, which hold the version that the program reports."""
    own_version: str = ""
    """If set, a copy on the user's PATH may be used if it has this major version and is not older."""

    @property
    def module_folder(self) -> Path:
        """The folder of that go.mod."""
        return Path(__file__).parent / self.module


def _helm(version: str, stamps: Mapping[str, str] | None = None) -> Program:
    major = version.split(".", maxsplit=1)[0]
    package = f"helm.sh/helm/v{major}"
    return Program(
        f"helm{major}",
        f"{package}/cmd/helm",
        in_archive=False,
        is_required=False,
        module=f"tools-helm{major}",
        edition=f"helm-v{version}",
        stamps={f"{package}/internal/version.version": f"v{version}", **(stamps or {})},
        own_version=version,
    )


# Without these Helm 3 renders for Kubernetes 1.20 when it has no cluster to ask. Its releases set them from the version
# of client-go in its go.mod. Helm 4 reads that version by itself.
HELM3_KUBERNETES_MINOR = "37"
_HELM3_STAMPS = {
    f"helm.sh/helm/v3/pkg/{place}.k8sVersion{part}": value
    for place in ("chartutil", "lint/rules")
    for part, value in (("Major", "1"), ("Minor", HELM3_KUBERNETES_MINOR))
}

CONTROLLER_MANAGER = "kube-controller-manager"
GITOPS_ENGINES = "gitops-engines"


def edition_of(folder: Path) -> str:
    """Return the edition of a program of our own: a change of its source makes it another one."""
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sorted(folder.iterdir()))).hexdigest()
    return f"{folder.name}-{digest[:12]}"


def _own(name: str) -> Program:
    edition = edition_of(Path(__file__).parent / name)
    return Program(name, ".", in_archive=False, is_required=False, module=name, edition=edition)


PROGRAMS: Mapping[str, Program] = {
    program.name: program
    for program in (
        Program("etcd", "go.etcd.io/etcd/server/v3"),
        Program("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver", stamps=_KUBERNETES_STAMPS),
        Program("kubectl", "k8s.io/kubernetes/cmd/kubectl", stamps=_KUBERNETES_STAMPS),
        Program(
            CONTROLLER_MANAGER,
            "k8s.io/kubernetes/cmd/kube-controller-manager",
            in_archive=False,
            is_required=False,
            stamps=_KUBERNETES_STAMPS,
        ),
        _helm(HELM3_VERSION, _HELM3_STAMPS),
        _helm(HELM4_VERSION),
        _own(GITOPS_ENGINES),
    )
}
REQUIRED = tuple(name for name, program in PROGRAMS.items() if program.is_required)
HELMS = tuple(name for name, program in PROGRAMS.items() if program.own_version)
ALL = tuple(PROGRAMS)

WITH_CONTROLLERS = (*REQUIRED, CONTROLLER_MANAGER)
"""The programs that a control plane with controllers needs."""

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Target:
    """The operating system and processor to get programs for, by Go's names."""

    system: str
    architecture: str

    def __str__(self) -> str:
        return f"{self.system}-{self.architecture}"


def this_machine() -> Target:
    """Return this machine's target.

    Raises:
        ControlPlaneError: A control plane cannot run on this machine.
    """
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in {"linux", "darwin"} or machine not in _ARCHITECTURES:
        raise ControlPlaneError(
            f"A control plane runs on Linux and macOS, on amd64 and arm64; this is {system} {machine}."
        )
    return Target(system, _ARCHITECTURES[machine])
