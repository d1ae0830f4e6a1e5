"""The options that all commands share."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from kubectl_entrasync.cluster.access import ClusterFlags
from kubectl_entrasync.output.documents import OutputFormat

OutputOption = Annotated[
    OutputFormat, typer.Option("--output", "-o", help="How to print the result.", show_default=True)
]

_SHARED: dict[str, Any] = {
    "kubeconfig": Annotated[
        str | None, typer.Option("--kubeconfig", help="The kubeconfig file.", show_default="KUBECONFIG, ~/.kube/config")
    ],
    "context": Annotated[str | None, typer.Option("--context", help="The context of the kubeconfig.")],
    "namespace": Annotated[str | None, typer.Option("--namespace", "-n", help="The namespace.")],
    "user": Annotated[str | None, typer.Option("--as", help="The user to act as.")],
    "group": Annotated[str | None, typer.Option("--as-group", help="The group to act as a member of.")],
}

_ALL_NAMESPACES = Annotated[bool, typer.Option("--all-namespaces", "-A", help="Look at all namespaces.")]


def takes_cluster_flags(*, all_namespaces: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options that lead to a cluster. It gets them as `flags`, its first parameter."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        shared = {**_SHARED, **({"is_all_namespaces": _ALL_NAMESPACES} if all_namespaces else {})}

        @functools.wraps(command)
        def run(**options: Any) -> None:
            own = {name: options.pop(name) for name in shared}
            command(ClusterFlags(**own), **options)

        run.__signature__ = _widen(inspect.signature(command), shared)  # type: ignore[attr-defined]  # read by typer
        run.__annotations__ = {
            name: parameter.annotation for name, parameter in inspect.signature(run).parameters.items()
        }
        return run

    return decorate


def _widen(signature: inspect.Signature, shared: dict[str, Any]) -> inspect.Signature:
    own = list(signature.parameters.values())[1:]
    kind = inspect.Parameter.KEYWORD_ONLY
    added = [
        inspect.Parameter(name, kind, default=False if name == "is_all_namespaces" else None, annotation=annotation)
        for name, annotation in shared.items()
    ]
    return signature.replace(parameters=[*(each.replace(kind=kind) for each in own), *added])
