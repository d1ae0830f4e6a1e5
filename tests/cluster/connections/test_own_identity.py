"""How an install logs in for its own connection without a client secret, and one that has none."""

import uuid
from pathlib import Path

from control_plane.commands import ISSUER
from local_stack.cluster import ACCOUNT, ACCOUNT_USER
from tests.cluster.connections.conftest import SharedOperator
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.operator_environment import OperatorEnvironment, condition, open_branch
from tests.support.teams import ROLES, Team

NO_SECRET = {"ENTRASYNC_CLIENT_SECRET": ""}


def wait_ready(branch: OperatorEnvironment) -> None:
    branch.wait_ready(branch.apply_job(branch.world.create_service_principal().id))


def test_by_the_files_of_a_certificate_which_may_be_renewed(house: SharedOperator, tmp_path: Path) -> None:
    world, client = house.place.world, str(uuid.uuid4())
    first, second = certificate_pem(make_certificate()), certificate_pem(make_certificate())
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate.write_text(first)
    key.write_text(key_pem())
    world.set_application(client, certificates=[first], roles=list(ROLES))
    files = (f"--client-certificate-file={certificate}", f"--client-key-file={key}")
    with open_branch(house.place, flags=(f"--client-id={client}", *files), environment=NO_SECRET) as branch:
        wait_ready(branch)
        world.set_application(client, certificates=[second], roles=list(ROLES))
        world.revoke_tokens()
        name = branch.apply_job(world.create_service_principal().id, pollInterval="30s")
        assert f"upload the certificate in the file {certificate}" in branch.wait_stalled(name, "CredentialRefused")
        certificate.write_text(second)
        branch.wait_ready(name)


def test_by_its_own_service_account_as_azures_webhook_prepares_it(house: SharedOperator, tmp_path: Path) -> None:
    world, plane, client = house.place.world, house.place.cluster.plane, str(uuid.uuid4())
    public, _ = plane.certificates.token_key
    world.set_issuer(ISSUER, public_keys=[public.read_text()])
    world.set_application(client, roles=list(ROLES))
    world.add_federated_credential(ISSUER, ACCOUNT_USER, client_id=client)
    file = tmp_path / "token"
    file.write_text(plane.service_account_token(ACCOUNT, ACCOUNT, audiences=["api://AzureADTokenExchange"]))
    prepared = {
        "AZURE_FEDERATED_TOKEN_FILE": str(file),
        "AZURE_TENANT_ID": world.connection.tenant_id,
        "AZURE_CLIENT_ID": client,
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
    }
    flags = ("--workload-identity", "--tenant-id=", "--client-id=")
    with open_branch(house.place, flags=flags, environment=NO_SECRET | prepared) as branch:
        wait_ready(branch)


def test_as_the_identity_of_the_machine(house: SharedOperator) -> None:
    world, client = house.place.world, str(uuid.uuid4())
    world.set_managed_identity(client, roles=list(ROLES))
    surroundings = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": world.connection.metadata_url}
    flags = ("--managed-identity", f"--client-id={client}")
    with open_branch(house.place, flags=flags, environment=NO_SECRET | surroundings) as branch:
        wait_ready(branch)


def test_not_at_all_where_each_namespace_brings_its_own(house: SharedOperator) -> None:
    with open_branch(house.place, flags=("--tenant-id=", "--client-id="), environment=NO_SECRET) as branch:
        principal = branch.world.create_service_principal().id
        name = branch.apply_job(principal)
        found = branch.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        told = condition(found, "Ready")["message"]
        assert f"Namespace {branch.namespace} has no GraphConnection named default" in told
        assert "the install's own connection does not exist" in told
        Team.settle(branch).connect()
        branch.wait_ready(name)
