"""Which connection a job uses: the one it names, the default of its namespace, or the install's own."""

from entrasync.api.names import CONNECTION_PLURAL, GROUP
from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import condition
from tests.support.teams import Team

CONTOSO = "0e0f6a5e-1111-4222-8333-444455556666"
NOWHERE = "2a2f6a5e-1111-4222-8333-444455556668"
FABRIKAM = "1f1f6a5e-1111-4222-8333-444455556667"


class TestConnection:
    def test_a_connection_that_works_shows_its_app_and_its_credential(self, team: Team) -> None:
        found = team.connect()
        ready = condition(found, "Ready")
        assert ready["message"] == f"Logged in to tenant {team.tenant} as app {team.client}."
        assert ready["reason"] == "Connected"
        assert found["status"]["roles"] == ["Application.Read.All", "Synchronization.ReadWrite.All"]
        assert "missingPermissions" not in found["status"]
        secret = team.environment.cluster.get("v1", "secrets", "entra", team.namespace)["metadata"]
        assert found["status"]["source"] == {
            "kind": "Secret",
            "name": "entra",
            "uid": secret["uid"],
            "resourceVersion": secret["resourceVersion"],
        }
        team.environment.wait_event("default", "Connected")

    def test_a_connection_shows_the_permissions_that_its_token_lacks(self, shared_operator: SharedOperator) -> None:
        team = shared_operator.add_team_in(
            shared_operator.namespaces.pop(), roles=("Synchronization.Read.All", "Application.Read.All")
        )
        found = team.connect()
        missing = {each["feature"]: each["anyOf"] for each in found["status"]["missingPermissions"]}
        writing = ["Synchronization.ReadWrite.All", "Application.ReadWrite.OwnedBy"]
        assert missing["creating, starting, pausing, restarting and deleting jobs"] == writing
        assert missing["spec.settings and spec.schedule.interval"] == ["Synchronization.ReadWrite.All"]
        assert "reading jobs and their status" not in missing
        assert "Permissions are missing for: creating" in condition(found, "Ready")["message"]
        team.environment.simulator.grant("Synchronization.ReadWrite.All", client_id=team.client, tenant_id=team.tenant)
        team.ask()
        team.wait("default", lambda seen: "missingPermissions" not in seen["status"], "nothing is missing", 15)

    def test_a_connection_to_an_unknown_tenant_reports_it(self, team: Team) -> None:
        team.apply_secret()
        team.apply_connection(tenantId=NOWHERE)
        assert f"knows no tenant {NOWHERE}" in team.wait_broken("TenantNotFound")

    def test_a_connection_to_an_undefined_cloud_lists_the_defined_ones(self, team: Team) -> None:
        team.apply_secret()
        team.apply_connection(cloud="Mars")
        message = team.wait_broken("CloudUnknown")
        assert message.startswith("This install knows no cloud Mars. It knows: China, Global, Simulator, USGovL4,")
        assert message.endswith("Correct spec.cloud.")
        team.change_connection(cloud="Simulator")
        team.wait_connected()

    def test_a_connection_is_shown_by_kubectl(self, team: Team) -> None:
        team.connect()
        table = team.environment.cluster.plane.kubectl("get", "graphconn", f"--namespace={team.namespace}")
        head, row = (line.split() for line in table.strip().splitlines())
        assert head == ["NAME", "TENANT", "READY", "REASON", "AGE"]
        assert row[:4] == ["default", team.tenant, "True", "Connected"]

    def test_a_connection_may_choose_the_beta_version(self, team: Team) -> None:
        team.connect(apiVersion="beta")
        principal = team.make_principal()
        team.environment.wait_ready(team.environment.apply_job(principal))
        assert {entry.version for entry in team.environment.simulator.journal(service_principal=principal)} == {"beta"}

    def test_a_connection_keeps_its_limit_of_concurrent_calls_and_delays_no_other(
        self, shared_operator: SharedOperator, team: Team
    ) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.connect(limits={"concurrency": 1})
        slow, *others = [team.make_principal() for _ in range(4)]
        hold = simulator.hold("listJobs", service_principal=slow)
        names = [environment.apply_job(slow)]
        hold.wait_held()
        names += [environment.apply_job(principal) for principal in others]
        neighbour = shared_operator.add_team()
        neighbour.connect()
        neighbour.environment.wait_ready(neighbour.environment.apply_job(neighbour.make_principal()))
        assert [simulator.journal(service_principal=principal) for principal in others] == [[], [], []]
        hold.release()
        for name in names:
            environment.wait_ready(name)


class TestJob:
    def test_a_job_uses_the_connection_it_names_or_else_the_default_of_its_namespace(
        self, shared_operator: SharedOperator
    ) -> None:
        by_default = shared_operator.add_team(tenant=CONTOSO)
        by_name = shared_operator.add_team_in(by_default.namespace, tenant=FABRIKAM)
        by_default.connect()
        by_name.apply_secret("other", client_secret=by_name.secret)
        proof = {"clientId": by_name.client, "secretRef": {"name": "other", "key": "client_secret"}}
        by_name.wait_connected(by_name.apply_connection("fabrikam", clientSecret=proof))
        environment = by_default.environment
        unnamed = environment.apply_job(by_default.make_principal())
        named = environment.apply_job(by_name.make_principal(), connectionRef={"name": "fabrikam"})
        assert environment.wait_ready(unnamed)["status"]["tenantId"] == CONTOSO
        assert environment.wait_ready(named)["status"]["tenantId"] == FABRIKAM

    def test_a_job_uses_the_installs_own_connection_where_that_serves_its_namespace(
        self, shared_operator: SharedOperator
    ) -> None:
        team = shared_operator.add_team_in(shared_operator.served)
        found = team.environment.wait_ready(team.environment.apply_job(team.make_principal()))
        assert found["status"]["tenantId"] == shared_operator.environment.simulator.connection.tenant_id

    def test_a_job_that_names_the_installs_own_connection_is_never_captured_by_a_default_one(
        self, shared_operator: SharedOperator
    ) -> None:
        team = shared_operator.add_team_in(shared_operator.served)
        environment, principal = team.environment, team.make_principal()
        own = environment.simulator.connection.tenant_id
        pinned = environment.apply_job(principal, connectionRef={"name": "default", "kind": "InstallConnection"})
        assert environment.wait_ready(pinned)["status"]["tenantId"] == own
        captured = environment.apply_job(team.make_principal())
        environment.wait_ready(captured)
        stranger = shared_operator.add_team_in(shared_operator.served, tenant=FABRIKAM)
        stranger.connect()
        found = environment.wait_condition(captured, "Stalled", "True", reason="TenantChanged")
        message = condition(found, "Stalled")["message"]
        assert f"GraphConnection {team.namespace}/default leads to tenant {FABRIKAM}" in message
        assert "set spec.connectionRef to {name: default, kind: InstallConnection}" in message
        environment.change_job(captured, connectionRef={"name": "default", "kind": "InstallConnection"})
        assert environment.wait_ready(captured)["status"]["tenantId"] == own
        assert environment.wait_ready(pinned)["status"]["tenantId"] == own

    def test_a_job_that_names_the_installs_own_connection_needs_a_namespace_that_it_serves(self, team: Team) -> None:
        environment, principal = team.environment, team.make_principal()
        name = environment.apply_job(principal, connectionRef={"name": "default", "kind": "InstallConnection"})
        found = environment.wait_condition(name, "Stalled", "True", reason="ConnectionNotReady")
        assert f"does not serve namespace {team.namespace}" in condition(found, "Stalled")["message"]
        assert environment.calls(principal) == []

    def test_a_job_without_any_connection_says_what_to_do(self, team: Team) -> None:
        environment, principal = team.environment, team.make_principal()
        name = environment.apply_job(principal)
        found = environment.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        message = condition(found, "Ready")["message"]
        assert f"Namespace {team.namespace} has no GraphConnection named default" in message
        assert "the install's own connection does not serve this namespace. Create GraphConnection" in message
        assert environment.calls(principal) == []
        team.connect()
        environment.wait_ready(name)

    def test_a_job_cannot_use_a_connection_of_another_namespace(self, shared_operator: SharedOperator) -> None:
        owner, stranger = shared_operator.add_team(), shared_operator.add_team()
        owner.connect("contoso")
        principal = owner.make_principal()
        name = stranger.environment.apply_job(principal, connectionRef={"name": "contoso"})
        found = stranger.environment.wait_condition(name, "Ready", "Unknown", reason="ConnectionNotReady")
        message = f"There is no GraphConnection {stranger.namespace}/contoso, which spec.connectionRef names."
        assert message in condition(found, "Ready")["message"]
        stalled = stranger.environment.wait_condition(name, "Stalled", "True", reason="ConnectionNotReady")
        assert f"Create GraphConnection {stranger.namespace}/contoso" in condition(stalled, "Stalled")["message"]
        stranger.environment.wait_event(name, "ConnectionNotReady")
        assert stranger.environment.calls(principal) == []
        stranger.connect("contoso")
        assert stranger.environment.wait_ready(name)["status"]["tenantId"] == stranger.tenant

    def test_a_job_is_stalled_when_its_connection_leads_to_another_tenant(
        self, shared_operator: SharedOperator
    ) -> None:
        team = shared_operator.add_team(tenant=CONTOSO)
        team.connect()
        name = team.environment.apply_job(team.make_principal(), pollInterval="30s")
        team.environment.wait_ready(name)
        other = shared_operator.add_team_in(team.namespace, tenant=FABRIKAM)
        team.delete_connection()
        other.connect()
        message = team.environment.wait_stalled(name, "TenantChanged")
        assert CONTOSO in message
        assert FABRIKAM in message


def test_a_connection_cannot_name_a_secret_of_another_namespace(shared_operator: SharedOperator) -> None:
    owner, stranger = shared_operator.add_team(), shared_operator.add_team()
    owner.apply_secret()
    stranger.apply_connection()
    message = stranger.wait_broken("SecretUnreadable")
    assert f"There is no Secret {stranger.namespace}/entra" in message
    crd = owner.environment.cluster.get(
        "apiextensions.k8s.io/v1", "customresourcedefinitions", f"{CONNECTION_PLURAL}.{GROUP}"
    )
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    reference = spec["clientSecret"]["properties"]["secretRef"]["properties"]
    assert set(reference) == {"name", "key"}, "there is no field for a namespace"
