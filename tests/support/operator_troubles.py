"""Troubles of the operator itself that make alerts fire. Each runs an operator in place of the environment's own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from entrasync.process import cli, composition
from graph_simulator.process import Begin
from local_stack import OperatorProcess
from tests.support.cuttable_proxy import CuttableProxy
from tests.support.operator_environment import OperatorEnvironment
from tests.support.warm_start import ForkedProcess, fork, fork_operator

RBAC, ACCOUNT = "rbac.authorization.k8s.io/v1", "of-some-namespaces"

PASS_SECONDS = 3
"""The deadline of a pass of a hurried operator. A quarter of an hour is that of others."""


InTrouble = tuple[OperatorProcess, Callable[[], None]]
"""An operator, and what ends its trouble."""


@contextmanager
def silent_api_server(environment: OperatorEnvironment) -> Iterator[InTrouble]:
    """Have the API server answer nothing from the start of the operator on."""
    kubeconfig = environment.log.with_name("kubeconfig-by-proxy")
    with CuttableProxy.to(environment.cluster.plane.url) as proxy:
        proxy.write_kubeconfig(environment.launch.kubeconfig, kubeconfig)
        proxy.fall_silent()
        with _standing_in(environment, kubeconfig=kubeconfig) as operator:
            yield operator, proxy.recover


@contextmanager
def refused_namespace(environment: OperatorEnvironment) -> Iterator[InTrouble]:
    """Give the operator's ServiceAccount no rights in the last of its namespaces."""
    *allowed, refused = environment.launch.namespaces
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    environment.cluster.apply([account], environment.namespace)
    for namespace in allowed:
        _grant(environment, namespace)
    kubeconfig = environment.cluster.plane.service_account_kubeconfig(environment.namespace, ACCOUNT)
    with _standing_in(environment, kubeconfig=kubeconfig) as operator:
        yield operator, lambda: _grant(environment, refused)


@contextmanager
def passes_without_end(environment: OperatorEnvironment) -> Iterator[InTrouble]:
    """Have Graph answer nothing about jobs, and the operator end a pass after a few seconds."""
    environment.apply_job(environment.simulator.create_service_principal().id)
    silence = environment.simulator.fault("hold", operation="listJobs", times=None)
    with _standing_in(environment, begin=_fork_hurried) as operator:
        yield operator, silence.remove


def _grant(environment: OperatorEnvironment, namespace: str) -> None:
    """Give the ServiceAccount all rights in a namespace."""
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": environment.namespace}]
    binding = {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": {"name": ACCOUNT}}
    environment.cluster.apply([binding | {"roleRef": ref, "subjects": subjects}], namespace)


def _fork_hurried(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
    return fork(_run_hurried, arguments, environment, log=log)


def _run_hurried(arguments: Sequence[str]) -> int:
    vars(composition)["JOB_PASS_DEADLINE"] = timedelta(seconds=PASS_SECONDS)
    return cli.main(arguments)


@contextmanager
def _standing_in(
    environment: OperatorEnvironment, *, kubeconfig: Path | None = None, begin: Begin = fork_operator
) -> Iterator[OperatorProcess]:
    """Run another operator, not waited for and without a Lease, while that of the environment does not run."""
    if environment.operator is not None:
        environment.kill_operator()
    launch = replace(environment.launch, lease=None, kubeconfig=kubeconfig or environment.launch.kubeconfig)
    operator = OperatorProcess.start(launch, environment.log.with_name("stand-in.log"), is_awaited=False, begin=begin)
    try:
        yield operator
    finally:
        operator.kill()


OPERATOR_TROUBLES: Mapping[str, Callable[[OperatorEnvironment], AbstractContextManager[InTrouble]]] = {
    "EntraSyncReconcileErrors": passes_without_end,
    "EntraSyncApiServerSilent": silent_api_server,
    "EntraSyncNamespaceRefused": refused_namespace,
}
"""What brings an alert about that tells of the operator itself."""
