"""`import` against a simulated tenant: what it reads, what it writes to the folder, and that it writes nothing else."""

import json
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.support.graph_caller import GraphCaller
from tests.support.imports import PRINCIPALS, SECRET, TEMPLATES, lead_to, make_jobs, read_manifests, run_import
from tests.support.plugin import Plugin
from tests.support.simulated_credentials import ISSUER, SUBJECT, make_issuer
from tests.support.simulator_client import SimulatorClient

IDLE = 10


class TestATenant:
    def test_of_a_hundred_jobs_is_taken_over_by_reads_only(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator, principals=PRINCIPALS, templates=TEMPLATES)
        simulator.create_service_principals(IDLE, prefix="idle")
        simulator.clear_journal()

        answer = run_import(plugin, simulator, tmp_path / "jobs", "-o", "json")

        assert answer.code == 0, answer.errors
        summary = answer.document["summary"]
        calls = simulator.calls()
        assert (summary["jobs"], summary["servicePrincipals"]) == (100, PRINCIPALS + IDLE)
        assert calls.batched == {"listJobs": PRINCIPALS + IDLE, "listSecrets": PRINCIPALS}
        assert calls.graph["listServicePrincipals"] == 1
        assert calls.graph_total < calls.requests_total / 5
        assert summary["graphCalls"] == calls.graph_total
        assert {entry.method for entry in simulator.journal() if entry.operation not in {"token", "batch"}} == {"GET"}
        manifests = read_manifests(tmp_path / "jobs")
        taken = [each["spec"]["jobId"] for each in manifests if each["kind"] == "SynchronizationJob"]
        assert sorted(taken) == sorted(job.id for job in simulator.jobs())

    def test_shows_no_value_of_a_secret(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        make_jobs(simulator)
        [job] = simulator.jobs()
        simulator.set_secrets(job.service_principal_id, {"Url": f"https://crm.example.com/?token={SECRET}"})
        answer = run_import(plugin, simulator, tmp_path, "--with-schema")
        written = "".join(path.read_text() for path in tmp_path.rglob("*.yaml"))
        assert "SecretToken" in written
        assert SECRET not in written + answer.output + answer.errors

    def test_shows_what_is_left_to_do_on_a_terminal(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_jobs(simulator)
        monkeypatch.chdir(tmp_path)
        run_import(plugin, simulator, tmp_path / "first")  # which sets the login of the environment
        code, lines = plugin.run_on_terminal("import", *lead_to(simulator))
        assert code == 0
        assert lines[-5:] == [
            "NAME            TEMPLATE   STATE    FILE      MISSING",
            "sales-force-1   scim       Active   Written   SecretToken",
            "1 job in entrasync: 1 written.",
            "Values of credentials that Graph does not show are missing in 1 job.",
            "Look at them, then: kubectl apply --server-side -f entrasync",
        ]

    def test_says_that_a_display_name_is_no_name_in_kubernetes(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        for name in ("Sales Force", "Ärzte & Söhne"):
            simulator.create_job(simulator.create_service_principal(name).id, started=True)
        lines = run_import(plugin, simulator, tmp_path).output.splitlines()
        assert [line.split()[0] for line in lines[1:3]] == ["arzte-sohne", "sales-force"]
        assert (
            "Names are written as Kubernetes takes them, which changes 1 name. Each manifest begins with the display "
            "name." in lines
        )
        assert (tmp_path / "arzte-sohne.yaml").read_text().startswith("# Taken over from Ärzte & Söhne.\n")

    def test_keeps_each_problem_on_its_line_whatever_the_display_name_holds(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        idle = simulator.create_service_principal("HR\nkind: Secret")
        lines = run_import(plugin, simulator, tmp_path, "--service-principal", idle.id).output.splitlines()
        assert lines[0].startswith(f"HR kind: Secret ({idle.id}): It has no provisioning job.")

    @pytest.mark.parametrize(
        ("option", "kind"),
        [("--namespace", "namespace"), ("--connection", "GraphConnection"), ("--secret-store", "ClusterSecretStore")],
    )
    def test_is_not_read_for_a_name_that_no_manifest_can_have(
        self, plugin: Plugin, tmp_path: Path, option: str, kind: str
    ) -> None:
        answer = plugin.run("import", "--output-dir", str(tmp_path / "identity"), option, "Team A")
        assert answer.code == 2
        assert answer.errors.startswith(f'Error: "Team A" is no name of a {kind}. ')


class TestTheFolder:
    def test_is_not_overwritten_unless_that_is_asked_for(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        run_import(plugin, simulator, tmp_path)
        [manifest] = tmp_path.glob("sales-force-1.yaml")
        edited = manifest.read_text() + "# ours\n"
        manifest.write_text(edited)

        kept = run_import(plugin, simulator, tmp_path)
        assert manifest.read_text() == edited
        assert "Left as they were, with other content: sales-force-1.yaml." in kept.output

        assert run_import(plugin, simulator, tmp_path, "--overwrite").code == 0
        assert "# ours" not in manifest.read_text()

    def test_keeps_the_names_that_it_has(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        make_jobs(simulator)
        run_import(plugin, simulator, tmp_path)
        (tmp_path / "sales-force-1.yaml").rename(tmp_path / "crm.yaml")
        simulator.create_job(simulator.create_service_principal("sales force 1").id, "scim")

        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        files = {item["file"]: item["outcome"] for item in answer.document["items"]}
        assert files.pop("crm.yaml") == "Kept"
        assert list(files.values()) == ["Written"]
        assert not (tmp_path / "sales-force-1.yaml").exists()

    def test_has_a_kustomization_of_all_files(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        make_jobs(simulator)
        answer = run_import(plugin, simulator, tmp_path, "--kustomize")
        assert f"kubectl apply --server-side -k {tmp_path}" in answer.output
        assert "- sales-force-1.secret.yaml\n- sales-force-1.yaml" in (tmp_path / "kustomization.yaml").read_text()

    @pytest.mark.parametrize("options", [(), ("--kustomize",), ("--kustomize", "--overwrite")])
    def test_has_no_job_where_its_kustomization_is(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path, options: tuple[str, ...]
    ) -> None:
        simulator.create_job(simulator.create_service_principal("Kustomization").id, started=True)
        answer = run_import(plugin, simulator, tmp_path, *options)
        [manifest] = tmp_path.glob("kustomization-*.yaml")
        assert (
            f"{manifest.stem}: The file named like Kustomization is for something else, so the name has a suffix."
            in answer.output.splitlines()
        )
        run_import(plugin, simulator, tmp_path, *options)
        lists = [yaml.safe_load(path.read_bytes())["resources"] for path in tmp_path.glob("kustomization.yaml")]
        assert lists == ([[manifest.name]] if options else [])

    def test_keeps_a_manifest_whose_file_has_the_name_of_another_job(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        run_import(plugin, simulator, tmp_path)
        renamed = (tmp_path / "sales-force-1.yaml").rename(tmp_path / "crm.yaml")
        manifest = renamed.read_text()
        simulator.create_job(simulator.create_service_principal("CRM").id, "scim")
        assert run_import(plugin, simulator, tmp_path, "--overwrite").code == 0
        assert renamed.read_text() == manifest
        assert len(list(tmp_path.glob("crm-*.yaml"))) == 1

    def test_is_looked_at_before_the_tenant(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        file = tmp_path / "identity"
        file.write_text("ours")
        simulator.clear_journal()
        answer = run_import(plugin, simulator, file)
        assert answer.code == 2
        assert answer.errors == f"Error: {file} cannot be written: Not a directory. Choose another --output-dir.\n"
        assert simulator.journal() == []
        assert run_import(plugin, simulator, Path("/proc")).errors.startswith("Error: /proc cannot be written: ")


class TestWhatIsNamed:
    def test_and_is_not_there_is_said(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        make_jobs(simulator)
        idle = simulator.create_service_principal("idle")
        [job] = simulator.jobs()
        named = ("--service-principal", job.service_principal_id, "--service-principal", idle.id, "--app-id", "nowhere")
        answer = run_import(plugin, simulator, tmp_path, *named, "-o", "json")
        assert answer.code == 1
        assert [item["jobId"] for item in answer.document["items"]] == [job.id]
        assert [problem["servicePrincipal"] for problem in answer.document["problems"]] == ["nowhere", idle.id]

    def test_by_a_part_of_its_name_is_read_alone(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator, principals=3)
        answer = run_import(plugin, simulator, tmp_path, "--filter", "FORCE-2", "-o", "json")
        assert [item["displayName"] for item in answer.document["items"]] == ["Sales Force-2"]
        assert answer.document["summary"]["graphCalls"] == 3


class TestTheLogin:
    def test_is_that_of_az_where_nothing_else_is_there(
        self, plugin: Plugin, simulator: SimulatorClient, caller: GraphCaller, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        token = {"accessToken": caller.sign_in().token, "expires_on": int(time.time()) + 3600}
        install_az(tmp_path, f"print({json.dumps(token)!r})")
        assert plugin.run("import", *lead_to(simulator), "--output-dir", str(tmp_path / "jobs")).code == 0
        assert (tmp_path / "jobs" / "sales-force-1.yaml").exists()

    def test_is_that_of_a_workload_where_azure_has_prepared_it(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        issuer, known = make_issuer(), simulator.connection
        simulator.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        simulator.add_federated_credential(ISSUER, SUBJECT)
        (tmp_path / "token").write_text(issuer.sign())
        plugin.monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
        plugin.monkeypatch.setenv("AZURE_TENANT_ID", known.tenant_id)
        plugin.monkeypatch.setenv("AZURE_CLIENT_ID", known.client_id)
        answer = plugin.run("import", *lead_to(simulator), "--output-dir", str(tmp_path / "jobs"))
        assert answer.code == 0, answer.errors

    def test_that_cannot_be_reached_is_said(self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path) -> None:
        nowhere = ("--authority", "https://127.0.0.1:9")
        answer = run_import(plugin, simulator, tmp_path, *nowhere)
        assert answer.code == 2
        assert "The login at https://127.0.0.1:9 does not answer" in answer.errors


def install_az(folder: Path, code: str) -> None:
    """Put an Azure CLI onto the PATH that runs this code."""
    az = folder / "bin" / "az"
    az.parent.mkdir()
    az.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    az.chmod(0o755)


class TestTrouble:
    def test_a_pause_that_graph_asks_for_is_waited_out(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        simulator.fault("answer", operation="listSecrets", status=429, retry_after="seconds", retry_after_seconds=1)
        assert run_import(plugin, simulator, tmp_path).code == 0

    def test_one_service_principal_that_graph_refuses_leaves_the_others(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator, principals=3)
        refused = simulator.jobs()[0].service_principal_id
        simulator.fault("answer", operation="listJobs", service_principal=refused, status=400, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert answer.code == 1
        assert len(answer.document["items"]) == 2
        assert [problem["servicePrincipal"] for problem in answer.document["problems"]] == [refused]

    def test_a_missing_permission_is_named_with_what_to_do(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        make_jobs(simulator)
        simulator.set_application(roles=["Application.Read.All"])
        answer = run_import(plugin, simulator, tmp_path)
        assert answer.code == 2
        assert "Graph refused to list the jobs" in answer.errors
        assert "Synchronization.Read.All" in answer.errors

    def test_a_wrong_secret_and_no_login_are_named_with_what_to_do(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        absent = plugin.run("import", *lead_to(simulator), "--output-dir", str(tmp_path))
        assert absent.code == 2
        assert "There is no login to Entra" in absent.errors
        plugin.monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
        run = plugin.run
        known = simulator.connection
        plugin.monkeypatch.setenv("AZURE_TENANT_ID", known.tenant_id)
        plugin.monkeypatch.setenv("AZURE_CLIENT_ID", known.client_id)
        refused = run("import", *lead_to(simulator), "--output-dir", str(tmp_path))
        assert refused.code == 2
        assert "Entra refused the login by environment" in refused.errors
        assert "AADSTS7000215" in refused.errors

    @pytest.mark.parametrize(
        ("stderr", "words"),
        [
            ("ERROR: Please run 'az login' to setup account.", "There is no login to Entra (az: az is not installed"),
            ("ERROR: AADSTS700082: The refresh token has expired.", "AADSTS700082: The refresh token has expired"),
        ],
    )
    def test_a_login_of_az_that_is_over_is_named_with_what_to_do(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path, stderr: str, words: str
    ) -> None:
        install_az(tmp_path, f"sys.exit({stderr!r})")
        answer = plugin.run("import", *lead_to(simulator), "--login", "az", "--output-dir", str(tmp_path / "jobs"))
        assert answer.code == 2
        assert words in answer.errors
        assert "az login" in answer.errors

    def test_another_tenant_than_the_one_asked_for_is_not_read(
        self, plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        other = "00000000-0000-4000-8000-000000000000"
        answer = run_import(plugin, simulator, tmp_path, "--tenant", other)
        assert answer.code == 2
        assert f"and not to {other}" in answer.errors
