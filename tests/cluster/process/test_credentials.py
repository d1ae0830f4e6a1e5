"""Faults of the operator's own connection are reported on every resource that waits for it."""

import uuid
from pathlib import Path

import pytest

from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator


class TestWrongClientSecret:
    def test_a_wrong_client_secret_is_reported_with_its_file_until_the_file_is_corrected(
        self, shared_environment: OperatorEnvironment, tmp_path: Path
    ) -> None:
        file = tmp_path / "client-secret"
        file.write_text("canary-of-a-wrong-secret\n")
        connection = shared_environment.simulator.connection
        with open_second_operator(shared_environment, secret_file=file) as second:
            principal = second.simulator.create_service_principal().id
            name = second.apply_job(principal, pollInterval="24h")
            message = second.wait_stalled(name, "CredentialRefused")
            assert f"client secret of app {connection.client_id} in tenant {connection.tenant_id}" in message
            assert "AADSTS7000215" in message
            assert f"Put the secret's value (not its id) into the file {file}" in message
            assert second.calls(principal) == []
            replacement = tmp_path / "replacement"  # as the kubelet does, which exchanges a link
            replacement.write_text(connection.client_secret)
            replacement.rename(file)
            second.wait_ready(name)
            assert "canary-of-a-wrong-secret" not in second.log.read_text()
            assert find_leaks(second) == []

    def test_a_wrong_client_secret_is_reported_where_there_is_no_file(
        self, shared_environment: OperatorEnvironment, tmp_path: Path
    ) -> None:
        file = tmp_path / "client-secret"
        with open_second_operator(shared_environment, secret_file=file) as second:
            name = second.apply_job(second.simulator.create_service_principal().id, pollInterval="30s")
            message = second.wait_stalled(name, "CredentialRefused")
            assert f"The client secret cannot be read from the file {file}: No such file" in message


class TestUnknownTenant:
    def test_an_unknown_tenant_is_reported_with_its_id(self, shared_environment: OperatorEnvironment) -> None:
        tenant = str(uuid.uuid4())
        with open_second_operator(shared_environment, flags=(f"--tenant-id={tenant}",)) as second:
            principal = second.simulator.create_service_principal().id
            message = second.wait_stalled(second.apply_job(principal), "TenantNotFound")
            assert f"knows no tenant {tenant}" in message
            assert "Check the tenant id and the cloud" in message
            assert second.calls(principal) == []


class TestMissingPermission:
    @pytest.mark.parametrize("form", ["empty401", "forbidden403"])
    def test_a_missing_permission_is_waited_for_and_then_reported_by_name(
        self, shared_environment: OperatorEnvironment, tmp_path: Path, form: str
    ) -> None:
        simulator, client = shared_environment.simulator, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        simulator.set_application(client, secrets=["toy"], roles=["Application.Read.All"])
        simulator.switch(missing_permission=form)
        with open_second_operator(shared_environment, flags=(f"--client-id={client}",), secret_file=file) as second:
            # The first login of a process may take as long as the five simulated minutes of waiting.
            second.wait_stalled(second.apply_job(simulator.create_service_principal().id), "PermissionMissing")
            name = second.apply_job(simulator.create_service_principal().id, pollInterval="30s")
            waiting = second.wait_shown(name, "Reconciling", reason="WaitingForReplication")
            assert not condition(waiting, "Stalled")
            message = second.wait_stalled(name, "PermissionMissing")
            assert "The token carries the roles: Application.Read.All" in message
            assert f"Grant {'app ' + client} the Graph application permission Synchronization.ReadWrite.All" in message
            assert "or Application.ReadWrite.OwnedBy (as an owner of the service principal)" in message
            assert "admin consent" in message
            simulator.set_application(client, roles=["Application.Read.All", "Synchronization.ReadWrite.All"])
            simulator.revoke_tokens()
            second.wait_ready(name)
            assert find_leaks(second) == []

    def test_a_missing_permission_to_write_is_distinguished_from_one_to_read(
        self, shared_environment: OperatorEnvironment, tmp_path: Path
    ) -> None:
        simulator, client = shared_environment.simulator, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        simulator.set_application(client, secrets=["toy"], roles=["Synchronization.Read.All"])
        with open_second_operator(shared_environment, flags=(f"--client-id={client}",), secret_file=file) as second:
            principal = simulator.create_service_principal().id
            message = second.wait_stalled(second.apply_job(principal, pollInterval="30s"), "PermissionMissing")
            assert "Graph refused to create a job" in message
            assert "permission Synchronization.ReadWrite.All" in message
            assert "Synchronization.Read.All or" not in message
            assert simulator.jobs(principal) == []
