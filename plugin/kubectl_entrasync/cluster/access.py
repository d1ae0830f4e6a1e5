"""The way to a cluster: kubeconfig, context, namespace and impersonation, as kubectl has them."""

import os
from dataclasses import dataclass
from typing import Any

from kubernetes import client, config

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
    group: str | None = None


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
    file = flags.kubeconfig or os.environ.get("KUBECONFIG") or _DEFAULT_FILE
    try:
        contexts, active = config.list_kube_config_contexts(file)
        chosen = _find_context(flags.context, contexts) or active
        api = config.new_client_from_config(file, chosen["name"], persist_config=False)
    except config.ConfigException as error:
        raise Failure(
            f"The kubeconfig cannot be used: {str(error).rstrip('.')}. Set KUBECONFIG or --kubeconfig to a file that "
            "`kubectl cluster-info` works with."
        ) from error
    _impersonate(api, flags)
    own: dict[str, Any] = chosen.get("context") or {}
    namespace = flags.namespace or own.get("namespace") or _DEFAULT_NAMESPACE
    return Access(api, chosen["name"], None if flags.is_all_namespaces else namespace)


def _find_context(name: str | None, contexts: list[dict[str, Any]]) -> dict[str, Any] | None:
    if name is None:
        return None
    found = [each for each in contexts if each["name"] == name]
    if not found:
        names = ", ".join(sorted(each["name"] for each in contexts))
        raise Failure(f"The kubeconfig has no context {name}. It has: {names}.")
    return found[0]


def _impersonate(api: client.ApiClient, flags: ClusterFlags) -> None:
    if flags.group is not None and flags.user is None:
        raise Failure("--as-group needs --as, the user who is in the group.")
    if flags.user is not None:
        api.set_default_header("Impersonate-User", flags.user)
    if flags.group is not None:
        api.set_default_header("Impersonate-Group", flags.group)
