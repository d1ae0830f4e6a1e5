"""The options that all commands share."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from entrasync.graph.wire.clouds import CLOUDS
from kubectl_entrasync.cluster.access import ClusterFlags
from kubectl_entrasync.mend.flags import DEFAULT_TIMEOUT, RequestFlags
from kubectl_entrasync.output.documents import OutputFormat
from kubectl_entrasync.tenant.access import TenantFlags
from kubectl_entrasync.tenant.logins import LoginKind

OutputOption = Annotated[
    OutputFormat, typer.Option("--output", "-o", help="How to print the result.", show_default=True)
]

FilesOption = Annotated[
    list[str], typer.Option("--filename", "-f", help="A file, a folder, or - for standard input. Repeatable.")
]
RecursiveOption = Annotated[bool, typer.Option("--recursive", "-R", help="Read the folders in a folder too.")]

_SHARED: dict[str, Any] = {
    "kubeconfig": Annotated[
        str | None, typer.Option("--kubeconfig", help="The kubeconfig file.", show_default="KUBECONFIG, ~/.kube/config")
    ],
    "context": Annotated[str | None, typer.Option("--context", help="The context of the kubeconfig.")],
    "namespace": Annotated[str | None, typer.Option("--namespace", "-n", help="The namespace.")],
    "user": Annotated[str | None, typer.Option("--as", help="The user to act as.")],
    "groups": Annotated[
        list[str] | None, typer.Option("--as-group", help="A group to act as a member of. Repeatable.")
    ],
}

_ALL_NAMESPACES = Annotated[bool, typer.Option("--all-namespaces", "-A", help="Look at all namespaces.")]


_TENANT: dict[str, Any] = {
    "tenant": Annotated[str | None, typer.Option("--tenant", help="The id or a domain of the Entra tenant.")],
    "login": Annotated[
        LoginKind | None, typer.Option("--login", help="How to log in.", show_default="the first that works")
    ],
    "client_id": Annotated[str | None, typer.Option("--client-id", help="The app to log in with.")],
    "cloud": Annotated[str, typer.Option("--cloud", help=f"The cloud of the tenant: {', '.join(CLOUDS)}.")],
    "graph_url": Annotated[str | None, typer.Option("--graph-url", help="Root URL of Graph, if not the cloud's.")],
    "authority": Annotated[str | None, typer.Option("--authority", help="Root URL of the login, if not the cloud's.")],
    "ca_file": Annotated[Path | None, typer.Option("--ca-file", help="Certificate authority of both (PEM).")],
}

_REQUEST: dict[str, Any] = {
    "is_awaited": Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the operator has answered.")],
    "timeout": Annotated[str, typer.Option("--timeout", help="How long to wait, such as 90s, 5m or 1h30m.")],
    "output": OutputOption,
}

_DEFAULTS = {
    "is_all_namespaces": False,
    "cloud": "Global",
    "timeout": DEFAULT_TIMEOUT,
    "output": OutputFormat.TABLE,
}

Command = Callable[..., None]


def takes_cluster_flags(*, all_namespaces: bool = False) -> Callable[[Command], Command]:
    """Give a command the options that lead to a cluster. It gets them as `flags`, its first parameter."""
    return _takes(ClusterFlags, {**_SHARED, **({"is_all_namespaces": _ALL_NAMESPACES} if all_namespaces else {})})


def takes_request_flags(*, is_awaited: bool = False) -> Callable[[Command], Command]:
    """Give a command the options that lead to a cluster, and those of waiting. It gets them as `flags`, its first."""
    return _takes(RequestFlags, {**_SHARED, **_REQUEST}, is_awaited=is_awaited)


def takes_tenant_flags(command: Command) -> Command:
    """Give a command the options that lead to a tenant. It gets them as `flags`, its first parameter."""
    return _takes(TenantFlags, _TENANT)(command)


@dataclass(frozen=True)
class ClusterAndTenantFlags:
    """The options of a command that looks at a cluster and at a tenant."""

    cluster: ClusterFlags
    tenant: TenantFlags


def takes_all_flags(command: Command) -> Command:
    """Give a command the options that lead to a cluster and to a tenant. It gets them as `flags`, its first."""

    def split(**given: Any) -> ClusterAndTenantFlags:
        tenant = {name: given.pop(name) for name in _TENANT}
        return ClusterAndTenantFlags(ClusterFlags(**given), TenantFlags(**tenant))

    return _takes(split, {**_SHARED, **_TENANT})(command)


def _takes(flags: Callable[..., Any], shared: dict[str, Any], **defaults: Any) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def run(**options: Any) -> None:
            own = {name: options.pop(name) for name in shared}
            command(flags(**own), **options)

        run.__signature__ = _widen(inspect.signature(command), shared, defaults)  # type: ignore[attr-defined]  # read by typer
        run.__annotations__ = {
            name: parameter.annotation for name, parameter in inspect.signature(run).parameters.items()
        }
        return run

    return decorate


def _widen(signature: inspect.Signature, shared: dict[str, Any], defaults: dict[str, Any]) -> inspect.Signature:
    own = list(signature.parameters.values())[1:]
    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, kind, default=(_DEFAULTS | defaults).get(name), annotation=annotation)
        for name, annotation in shared.items()
    ]
    return signature.replace(parameters=[*(each.replace(kind=kind) for each in own), *added])
