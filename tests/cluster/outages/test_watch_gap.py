"""What people do while the watches are cut, and etcd forgets, is done once when they come back, or forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries
from entrasync.api.names import API_VERSION, PLURAL
from tests.cluster.conftest import CRDS
from tests.cluster.outages.conftest import RARELY, Proxied, open_proxied
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import until
from tests.support.teams import Team

pytestmark = pytest.mark.chaos("Watches that are cut while etcd forgets what happens meanwhile")


PAUSED = {"state": "Paused"}
"""A job without cycles changes nothing, so that no write to its resource shows that this one is gone."""


@pytest.fixture(scope="module")
def forgetful_cluster(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane whose API server has no watch cache, so that what etcd has forgotten is gone."""
    folder, flags = tmp_path_factory.mktemp("forgetful"), ["--watch-cache=false"]
    with ControlPlane.start(folder, binaries=binaries, api_server_flags=flags) as plane, Cluster(plane) as found:
        found.apply_crds(CRDS)
        yield found


@pytest.fixture
def proxied(forgetful_cluster: Cluster, tmp_path: Path) -> Iterator[Proxied]:
    """An operator that polls so rarely that only its watches show anything in time."""
    with open_proxied(forgetful_cluster, tmp_path, RARELY) as found:
        yield found


@contextmanager
def gap(proxied: Proxied) -> Iterator[None]:
    """Cut the watches, and let etcd forget all that happens before they come back."""
    cluster, path = proxied.environment.cluster, f"/apis/{API_VERSION}/{PLURAL}"
    version = cluster.read(path)["metadata"]["resourceVersion"]
    proxied.proxy.fall_silent()
    yield
    cluster.plane.compact()
    refusal = cluster.read(f"{path}?watch=1&timeoutSeconds=1&resourceVersion={version}")
    assert (refusal["type"], refusal["object"]["code"]) == ("ERROR", 410)
    proxied.proxy.cut()
    proxied.proxy.recover()


def remove_for_good(environment: OperatorEnvironment, name: str) -> None:
    """Delete a resource and take its finalizer off, as a person does who has lost patience."""
    environment.delete_job(name)
    merge = {"metadata": {"finalizers": None}}
    environment.cluster.patch(API_VERSION, PLURAL, name, environment.namespace, merge=merge)
    environment.wait_gone(name)


class TestJobs:
    def test_an_edit_in_the_gap_is_done_once(self, proxied: Proxied) -> None:
        environment = proxied.environment
        principals = [environment.simulator.create_service_principal().id for _ in range(2)]
        edited = environment.apply_job(principals[0])
        environment.wait_ready(edited)
        with gap(proxied):
            environment.change_job(edited, schedule={"state": "Paused"})
            made = environment.apply_job(principals[1])
        environment.wait_ready(made)
        until(lambda: environment.writes(principals[0]), lambda found: "pauseJob" in found, what="the job is paused")
        assert environment.writes(principals[0]) == ["createJob", "startJob", "pauseJob"]
        assert environment.writes(principals[1]) == ["createJob", "startJob"]

    def test_a_resource_that_went_in_the_gap_is_forgotten_and_its_job_is_free_for_another(
        self, proxied: Proxied
    ) -> None:
        environment = proxied.environment
        principal = environment.simulator.create_service_principal().id
        gone = environment.apply_job(principal, schedule=PAUSED)
        job = environment.wait_ready(gone)["status"]["job"]["id"]
        rival = environment.apply_job(principal, schedule=PAUSED)
        environment.wait_stalled(rival, "Conflict")
        with gap(proxied):
            remove_for_good(environment, gone)
        assert environment.wait_ready(rival)["status"]["job"]["id"] == job
        until(lambda: f'name="{gone}"' not in proxied.read_metrics(), what="its metrics are gone")
        assert environment.writes(principal) == ["createJob"]

    def test_a_resource_that_was_made_anew_in_the_gap_is_another_one(self, proxied: Proxied) -> None:
        environment = proxied.environment
        before, after = (environment.simulator.create_service_principal().id for _ in range(2))
        name = environment.apply_job(before, schedule=PAUSED)
        environment.wait_ready(name)
        with gap(proxied):
            remove_for_good(environment, name)
            environment.apply_job(after, name=name, schedule=PAUSED)
        environment.wait_ready(name)
        assert environment.writes(before) == ["createJob"]
        assert environment.writes(after) == ["createJob"]
        successor = environment.apply_job(before, schedule=PAUSED)
        environment.wait_ready(successor)
        assert environment.writes(before) == ["createJob"]


class TestConnections:
    def test_a_connection_that_went_in_the_gap_is_forgotten(self, proxied: Proxied) -> None:
        team = Team.register(proxied.environment)
        team.connect("kept")
        team.connect("gone")
        name = proxied.environment.apply_job(team.make_principal(), connectionRef={"name": "gone"})
        proxied.environment.wait_ready(name)
        with gap(proxied):
            team.delete_connection("gone")
            team.change_connection("kept", clientSecret={"clientId": "11111111-2222-4333-8444-555555555555"})
        proxied.environment.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        until(lambda: 'name="gone"' not in proxied.read_metrics(), what="its metrics are gone")
        team.wait_broken("CredentialRefused", "kept")

    def test_a_secret_that_was_changed_or_deleted_in_the_gap_is_seen(self, proxied: Proxied) -> None:
        rotated, robbed = (Team.register(proxied.environment) for _ in range(2))
        rotated.apply_secret("rotated", client_secret="canary~that-is-wrong")
        proof = {"clientId": rotated.client, "secretRef": {"name": "rotated", "key": "client_secret"}}
        rotated.apply_connection("rotated", clientSecret=proof)
        rotated.wait_broken("CredentialRefused", "rotated")
        robbed.connect("robbed")
        with gap(proxied):
            rotated.apply_secret("rotated", client_secret=rotated.secret)
            robbed.delete_secret()
        rotated.wait_connected("rotated")
        robbed.wait_broken("SecretUnreadable", "robbed")
