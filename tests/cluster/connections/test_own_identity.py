"""How an install logs in for its own connection without a client secret, and an install without a connection."""

import uuid
from pathlib import Path

from control_plane.commands import ISSUER
from local_stack.cluster import ACCOUNT, ACCOUNT_USER
from tests.cluster.connections.conftest import SharedOperator
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator
from tests.support.teams import ROLES, Team

NO_SECRET = {"ENTRASYNC_CLIENT_SECRET": ""}


def wait_ready(second: OperatorEnvironment) -> None:
    second.wait_ready(second.apply_job(second.simulator.create_service_principal().id))


def test_an_install_logs_in_by_a_certificate_whose_files_may_be_renewed(
    shared_operator: SharedOperator, tmp_path: Path
) -> None:
    simulator, client = shared_operator.environment.simulator, str(uuid.uuid4())
    old, renewed = certificate_pem(make_certificate()), certificate_pem(make_certificate())
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate.write_text(old)
    key.write_text(key_pem())
    simulator.set_application(client, certificates=[old], roles=list(ROLES))
    files = (f"--client-certificate-file={certificate}", f"--client-key-file={key}")
    with open_second_operator(
        shared_operator.environment, flags=(f"--client-id={client}", *files), variables=NO_SECRET
    ) as second:
        wait_ready(second)
        simulator.set_application(client, certificates=[renewed], roles=list(ROLES))
        simulator.revoke_tokens()
        name = second.apply_job(simulator.create_service_principal().id, pollInterval="30s")
        assert f"Upload the certificate in the file {certificate}" in second.wait_stalled(name, "CredentialRefused")
        certificate.write_text(renewed)
        second.wait_ready(name)


def test_an_install_logs_in_by_its_service_account_as_azures_webhook_prepares_it(
    shared_operator: SharedOperator, tmp_path: Path
) -> None:
    simulator, plane, client = (
        shared_operator.environment.simulator,
        shared_operator.environment.cluster.plane,
        str(uuid.uuid4()),
    )
    public, _ = plane.certificates.token_key
    simulator.set_issuer(ISSUER, public_keys=[public.read_text()])
    simulator.set_application(client, roles=list(ROLES))
    simulator.add_federated_credential(ISSUER, ACCOUNT_USER, client_id=client)
    file = tmp_path / "token"
    file.write_text(plane.service_account_token(ACCOUNT, ACCOUNT, audiences=["api://AzureADTokenExchange"]))
    prepared = {
        "AZURE_FEDERATED_TOKEN_FILE": str(file),
        "AZURE_TENANT_ID": simulator.connection.tenant_id,
        "AZURE_CLIENT_ID": client,
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
    }
    flags = ("--workload-identity", "--tenant-id=", "--client-id=")
    with open_second_operator(shared_operator.environment, flags=flags, variables=NO_SECRET | prepared) as second:
        wait_ready(second)


def test_an_install_logs_in_as_the_identity_of_the_machine(shared_operator: SharedOperator) -> None:
    simulator, client = shared_operator.environment.simulator, str(uuid.uuid4())
    simulator.set_managed_identity(client, roles=list(ROLES))
    variables = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": simulator.connection.metadata_url}
    flags = ("--managed-identity", f"--client-id={client}")
    with open_second_operator(shared_operator.environment, flags=flags, variables=NO_SECRET | variables) as second:
        wait_ready(second)


def test_an_install_without_an_identity_leaves_logins_to_the_namespaces(shared_operator: SharedOperator) -> None:
    with open_second_operator(
        shared_operator.environment, flags=("--tenant-id=", "--client-id="), variables=NO_SECRET
    ) as second:
        principal = second.simulator.create_service_principal().id
        name = second.apply_job(principal)
        found = second.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        reported = condition(found, "Ready")["message"]
        assert f"Namespace {second.namespace} has no GraphConnection named default" in reported
        assert "the install's own connection does not exist" in reported
        Team.register(second).connect()
        second.wait_ready(name)
