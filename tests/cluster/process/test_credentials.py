"""What is wrong with the operator's own way into Graph: told on every resource that waits for it."""

import uuid
from pathlib import Path

import pytest

from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, condition, open_branch


class TestAWrongClientSecret:
    def test_is_told_with_the_file_and_over_once_the_file_is_corrected(
        self, shared_workplace: OperatorEnvironment, tmp_path: Path
    ) -> None:
        file = tmp_path / "client-secret"
        file.write_text("canary-of-a-wrong-secret\n")
        connection = shared_workplace.world.connection
        with open_branch(shared_workplace, secret_file=file) as branch:
            principal = branch.world.create_service_principal().id
            name = branch.apply_job(principal, pollInterval="30s")
            message = branch.wait_stalled(name, "CredentialRefused")
            assert f"client secret of app {connection.client_id} in tenant {connection.tenant_id}" in message
            assert "AADSTS7000215" in message
            assert f"put the secret's value (not its id) into the file {file}" in message
            assert branch.calls(principal) == []
            file.write_text(connection.client_secret)
            branch.wait_ready(name)
            assert "canary-of-a-wrong-secret" not in branch.log.read_text()
            assert find_leaks(branch) == []

    def test_is_told_too_when_there_is_no_file(self, shared_workplace: OperatorEnvironment, tmp_path: Path) -> None:
        file = tmp_path / "client-secret"
        with open_branch(shared_workplace, secret_file=file) as branch:
            name = branch.apply_job(branch.world.create_service_principal().id, pollInterval="30s")
            message = branch.wait_stalled(name, "CredentialRefused")
            assert f"The client secret cannot be read from the file {file}: No such file" in message


class TestATenantThatDoesNotExist:
    def test_is_told_with_its_id(self, shared_workplace: OperatorEnvironment) -> None:
        tenant = str(uuid.uuid4())
        with open_branch(shared_workplace, flags=(f"--tenant-id={tenant}",)) as branch:
            principal = branch.world.create_service_principal().id
            message = branch.wait_stalled(branch.apply_job(principal), "TenantNotFound")
            assert f"knows no tenant {tenant}" in message
            assert "check the tenant id and the cloud" in message
            assert branch.calls(principal) == []


class TestAMissingPermission:
    @pytest.mark.parametrize("form", ["empty401", "forbidden403"])
    def test_is_waited_for_at_first_and_then_told_by_name(
        self, shared_swift_workplace: OperatorEnvironment, tmp_path: Path, form: str
    ) -> None:
        world, client = shared_swift_workplace.world, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        world.set_application(client, secrets=["toy"], roles=["Application.Read.All"])
        world.switch(missing_permission=form)
        with open_branch(shared_swift_workplace, flags=(f"--client-id={client}",), secret_file=file) as branch:
            name = branch.apply_job(world.create_service_principal().id, pollInterval="30s")
            waiting = branch.wait_shown(name, "Reconciling", reason="WaitingForReplication")
            assert not condition(waiting, "Stalled")
            message = branch.wait_stalled(name, "PermissionMissing")
            assert "The token carries the roles: Application.Read.All" in message
            assert f"Grant {'app ' + client} the Graph application permission Synchronization.ReadWrite.All" in message
            assert "or Application.ReadWrite.OwnedBy (as an owner of the service principal)" in message
            assert "admin consent" in message
            world.set_application(client, roles=["Application.Read.All", "Synchronization.ReadWrite.All"])
            world.revoke_tokens()
            branch.wait_ready(name)
            assert find_leaks(branch) == []

    def test_of_writing_is_told_apart_from_one_of_reading(
        self, shared_swift_workplace: OperatorEnvironment, tmp_path: Path
    ) -> None:
        world, client = shared_swift_workplace.world, str(uuid.uuid4())
        file = tmp_path / "client-secret"
        file.write_text("toy")
        world.set_application(client, secrets=["toy"], roles=["Synchronization.Read.All"])
        with open_branch(shared_swift_workplace, flags=(f"--client-id={client}",), secret_file=file) as branch:
            principal = world.create_service_principal().id
            message = branch.wait_stalled(branch.apply_job(principal, pollInterval="30s"), "PermissionMissing")
            assert "Graph refused to create a job" in message
            assert "permission Synchronization.ReadWrite.All" in message
            assert "Synchronization.Read.All or" not in message
            assert world.jobs(principal) == []
