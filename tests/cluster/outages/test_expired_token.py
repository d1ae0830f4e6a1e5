"""The token of the operator's ServiceAccount has expired: nothing is acted on until the file has a new one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
import yaml

from tests.cluster.outages.conftest import RARELY, Proxied, open_proxied
from tests.support.cluster import Cluster
from tests.support.polling import until

pytestmark = pytest.mark.chaos("A token for the API server that has expired")

RBAC, ACCOUNT = "rbac.authorization.k8s.io/v1", "operator"
REFUSED = "The API server does not accept the operator's credentials (401)."
SILENCE_SECONDS = 5


@dataclass
class Account:
    """A ServiceAccount with all rights, whose token an operator reads from a file, as in a pod."""

    cluster: Cluster
    token_file: Path

    def renew(self) -> None:
        """Put a new token into the file, as the kubelet does."""
        self.token_file.write_text(self.cluster.plane.service_account_token("default", ACCOUNT))

    def let_expire(self) -> None:
        """Put a token into the file that is right in all else and expired an hour ago."""
        token = self.cluster.plane.service_account_token("default", ACCOUNT)
        claims = jwt.decode(token, options={"verify_signature": False})
        hours_ago = {"iat": claims["iat"] - 7200, "nbf": claims["nbf"] - 7200, "exp": claims["iat"] - 3600}
        header, (_, key) = jwt.get_unverified_header(token), self.cluster.plane.certificates.token_key
        expired = jwt.encode(claims | hours_ago, key.read_bytes(), header["alg"], {"kid": header["kid"]})
        self.token_file.write_text(expired)

    def write_kubeconfig(self, path: Path) -> Path:
        """Write a kubeconfig that names the file."""
        content = yaml.safe_load(self.cluster.plane.kubeconfig.read_text())
        content["users"][0]["user"] = {"tokenFile": str(self.token_file)}
        path.write_text(yaml.safe_dump(content))
        return path


@pytest.fixture
def account(frail_cluster: Cluster, tmp_path: Path) -> Account:
    """A ServiceAccount with a token that is valid."""
    if frail_cluster.find("v1", "serviceaccounts", ACCOUNT, "default") is None:
        metadata = {"name": ACCOUNT, "namespace": "default"}
        frail_cluster.create(
            "serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}, "default"
        )
        binding = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": ACCOUNT}}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
        subjects = [{"kind": "ServiceAccount", **metadata}]
        frail_cluster.create("clusterrolebindings", binding | {"roleRef": role, "subjects": subjects})
    found = Account(frail_cluster, tmp_path / "token")
    found.renew()
    return found


@pytest.fixture
def proxied(frail_cluster: Cluster, account: Account, tmp_path: Path) -> Iterator[Proxied]:
    """An operator that reads its token from the file of the account."""
    kubeconfig = account.write_kubeconfig(tmp_path / "kubeconfig-of-account")
    flags = (RARELY, f"--api-server-silence={SILENCE_SECONDS}s")
    with open_proxied(frail_cluster, tmp_path, *flags, kubeconfig=kubeconfig) as found:
        yield found


def test_an_operator_whose_token_has_expired_says_so_and_goes_on_with_the_next_one(
    proxied: Proxied, account: Account
) -> None:
    environment, operator = proxied.environment, proxied.environment.operator
    assert operator is not None
    principals = [environment.simulator.create_service_principal().id for _ in range(2)]
    name = environment.apply_job(principals[0])
    environment.wait_ready(name)
    account.let_expire()
    proxied.proxy.cut()  # a watch that is open outlives the token
    environment.change_job(name, schedule={"state": "Paused"})
    made = environment.apply_job(principals[1])
    until(lambda: REFUSED in operator.output, what="the log says it")
    until(lambda: operator.read("/readyz")[0] == 503, what="it is not ready")
    assert operator.read("/readyz")[1] == "the API server does not accept the operator's credentials (401)\n"
    assert operator.read("/healthz") == (200, "ok\n")
    until(lambda: read_silence(proxied), lambda silence: silence > timedelta(seconds=SILENCE_SECONDS), what="silence")
    assert [environment.writes(principal) for principal in principals] == [["createJob", "startJob"], []]
    account.renew()
    operator.wait_ready()
    environment.wait_ready(made)
    until(lambda: environment.writes(principals[0]), lambda found: "pauseJob" in found, what="the job is paused")
    assert environment.writes(principals[0]) == ["createJob", "startJob", "pauseJob"]
    assert environment.writes(principals[1]) == ["createJob", "startJob"]
    assert operator.output.count(REFUSED) == 1
    assert str(account.token_file) in operator.output
    assert "Traceback" not in operator.output


def read_silence(proxied: Proxied) -> timedelta:
    """Read for how long the operator has heard nothing of the API server that counts."""
    lines = proxied.read_metrics().splitlines()
    [line] = [line for line in lines if line.startswith("entrasync_api_server_silence_seconds ")]
    return timedelta(seconds=float(line.split()[1]))


def test_an_operator_that_starts_with_an_expired_token_waits_for_the_next_one(
    proxied: Proxied, account: Account
) -> None:
    environment = proxied.environment
    environment.kill_operator()
    account.let_expire()
    operator = environment.start_operator(is_awaited=False)
    until(lambda: REFUSED in operator.output, what="the log says it")
    assert operator.read("/healthz") == (200, "ok\n")
    assert operator.read("/readyz")[0] == 503
    account.renew()
    operator.wait_ready()
    principal = environment.simulator.create_service_principal().id
    environment.wait_ready(environment.apply_job(principal))
    assert environment.writes(principal) == ["createJob", "startJob"]


class TestElection:
    @pytest.fixture
    def proxied(self, frail_cluster: Cluster, account: Account, tmp_path: Path) -> Iterator[Proxied]:
        """The same with a Lease."""
        kubeconfig = account.write_kubeconfig(tmp_path / "kubeconfig-of-account")
        flags = ("--leader-election=true", "--lease-namespace=default", "--lease-name=expired", "--lease-duration=5s")
        with open_proxied(frail_cluster, tmp_path, RARELY, *flags, kubeconfig=kubeconfig) as found:
            yield found

    def test_a_leader_whose_token_has_expired_ends_and_its_successor_leads_with_the_next_one(
        self, proxied: Proxied, account: Account
    ) -> None:
        environment = proxied.environment
        assert environment.operator is not None
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        environment.wait_ready(name)
        account.let_expire()
        assert environment.operator.process.wait(60) == 1
        environment.change_job(name, schedule={"state": "Paused"})
        successor = environment.start_operator(is_awaited=False)
        until(lambda: successor.read("/readyz")[0] == 503, what="it is not ready")
        assert successor.read("/healthz") == (200, "ok\n")
        account.renew()
        successor.wait_ready()
        until(lambda: environment.writes(principal), lambda found: "pauseJob" in found, what="the job is paused")
        assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]
