"""The way to a cluster: kubeconfig, context, namespace and impersonation, as kubectl has them."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kubernetes import client

from entrasync.api.ids import OBJECT_NAME_PATTERN
from kubectl_entrasync.cluster.impersonation import impersonate
from kubectl_entrasync.cluster.kubeconfig import load_kubeconfig
from kubectl_entrasync.failure import Failure

_DEFAULT_FILE = "~/.kube/config"

_DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True)
class ClusterFlags:
    """The options that lead to a cluster and to what is meant in it."""

    kubeconfig: str | None = None
    context: str | None = None
    namespace: str | None = None
    is_all_namespaces: bool = False
    user: str | None = None
    groups: Sequence[str] | None = None


@dataclass(frozen=True)
class Access:
    """An opened way to a cluster."""

    api: client.ApiClient
    context: str
    """The name of the context, for messages."""
    namespace: str | None
    """The namespace that is meant; None: all of them."""

    @property
    def server(self) -> str:
        """The address of the API server."""
        return str(self.api.configuration.host)


def open_access(flags: ClusterFlags) -> Access:
    """Read the kubeconfig and open the way to its cluster. Nothing is sent yet.

    Raises `Failure` if there is no usable kubeconfig, or if it does not have the context.
    """
    if flags.is_all_namespaces and flags.namespace is not None:
        raise Failure("--namespace and --all-namespaces exclude each other. Give one of them.")
    if flags.namespace is not None:
        check_name(flags.namespace, "namespace")
    found = load_kubeconfig(flags.kubeconfig or os.environ.get("KUBECONFIG") or _DEFAULT_FILE, flags.context)
    impersonate(found.api, flags.user, flags.groups or ())
    namespace = flags.namespace or found.namespace or _DEFAULT_NAMESPACE
    return Access(found.api, found.context, None if flags.is_all_namespaces else namespace)


def check_name(name: str, kind: str) -> None:
    """Check that objects of a kind can have a name, before it becomes a part of an address. Raises `Failure`."""
    if not re.fullmatch(OBJECT_NAME_PATTERN, name):
        raise Failure(
            f'"{name}" is no name of a {kind}. Names have lower-case letters, digits, - and ., and begin and end with '
            "a letter or digit."
        )
