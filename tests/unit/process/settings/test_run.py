"""Settings that cannot be used are refused before anything starts, with exit code 2 and a sentence for each."""

from pathlib import Path

import pytest
from pydantic_settings import CliApp

from entrasync.graph.auth.credentials import (
    AppCredential,
    ClientCertificate,
    FederatedToken,
    ManagedIdentity,
    SecretFile,
)
from entrasync.process.cli import FAILED, MISUSED, CommandLine, main
from entrasync.process.operator_client import operator_credential
from entrasync.process.settings.run import RunSettings

CLIENT = "6a8f7f3e-2b5c-4a0e-8c56-0f6f6d4f1c11"
TENANT = "ff8bf889-5f5c-4f0e-9d4e-5d3f2a9c7b10"
GOOD = {"--tenant-id": TENANT, "--client-id": CLIENT}
SECRET = "canary-of-a-secret"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sets only the client secret. Without an API server, settings that are accepted fail later, with exit code 1."""
    monkeypatch.setenv("ENTRASYNC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)


def write_flags(flags: dict[str, str]) -> list[str]:
    return [f"{name}={value}" if value else name for name, value in flags.items()]


WRONG = [
    ("--tenant-id", "no tenant", "--tenant-id (ENTRASYNC_TENANT_ID): It must be the Tenant ID, a GUID"),
    ("--tenant-id", "contoso.onmicrosoft.com", "--tenant-id (ENTRASYNC_TENANT_ID): It must be the Tenant ID, a GUID"),
    ("--client-id", "my-app", "--client-id (ENTRASYNC_CLIENT_ID): It must be the Application (client) ID"),
    (
        "--cloud",
        "Mars",
        "--cloud (ENTRASYNC_CLOUD): there is no cloud Mars. Choose one of Global, ",
    ),
    ("--clouds-file", "/nowhere", "--clouds-file (ENTRASYNC_CLOUDS_FILE): Path does not point to a file"),
    (
        "--own-connection-namespaces",
        "a,No",
        "--own-connection-namespaces (ENTRASYNC_OWN_CONNECTION_NAMESPACES): No: a name",
    ),
    ("--own-connection-namespaces", "*,a", "* means all namespaces: give it alone, or name the namespaces"),
    ("--graph-url", "http://graph.example", 'graph_url must begin with https://, not "http://graph.example"'),
    ("--authority", "ftp://login.example", "authority must begin with https://"),
    ("--ca-file", "/nowhere/ca.pem", "--ca-file (ENTRASYNC_CA_FILE): Path does not point to a file"),
    ("--api-version", "v2", "--api-version (ENTRASYNC_API_VERSION): It must be v1.0 or beta"),
    ("--namespaces", "good,Bad_One", "--namespaces (ENTRASYNC_NAMESPACES): Bad_One: a namespace's name must have"),
    ("--poll-interval", "29s", "--poll-interval (ENTRASYNC_POLL_INTERVAL): It must be at least 30s"),
    ("--poll-interval", "25h", "--poll-interval (ENTRASYNC_POLL_INTERVAL): It must be at least 30s and at most 24h"),
    (
        "--default-management-policy",
        "Watch",
        "--default-management-policy (ENTRASYNC_DEFAULT_MANAGEMENT_POLICY): It must be Manage or Observe",
    ),
    (
        "--default-deletion-policy",
        "Keep",
        "--default-deletion-policy (ENTRASYNC_DEFAULT_DELETION_POLICY): It must be Delete, Pause or Retain",
    ),
    (
        "--unlabelled-secrets",
        "Yes",
        "--unlabelled-secrets (ENTRASYNC_UNLABELLED_SECRETS): It must be Refuse or Allow",
    ),
    ("--poll-interval", "often", '"often" is no duration. Write whole hours, minutes and seconds'),
    ("--poll-interval", "999999h", "1h30m. It must be at least 30s and at most 24h."),
    ("--replication-bound", "PT15M", '"PT15M" is no duration'),
    ("--replication-bound", "0s", "--replication-bound (ENTRASYNC_REPLICATION_BOUND): It must be at least 5m"),
    ("--api-server-silence", "4s", "--api-server-silence (ENTRASYNC_API_SERVER_SILENCE): It must be at least 5s"),
    ("--concurrency", "0", "--concurrency (ENTRASYNC_CONCURRENCY): It must be greater than or equal to 1"),
    ("--http-port", "65536", "--http-port (ENTRASYNC_HTTP_PORT): It must be less than or equal to 65535"),
    ("--log-level", "loud", "--log-level (ENTRASYNC_LOG_LEVEL): It must be debug, info, warning or"),
    ("--log-format", "xml", "--log-format (ENTRASYNC_LOG_FORMAT): It must be json or text"),
    ("--nonsense", "1", "unrecognized arguments: --nonsense=1"),
]


class TestWrongSettings:
    @pytest.mark.parametrize(("flag", "value", "sentence"), WRONG, ids=[f"{f} {v}" for f, v, _ in WRONG])
    def test_are_refused_with_their_flag_variable_and_fault(
        self, flag: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["run", *write_flags(GOOD | {flag: value})]) == MISUSED
        printed = capsys.readouterr().err
        assert printed.startswith("entra-sync-operator run: ")
        assert sentence in printed
        assert "Traceback" not in printed

    def test_are_refused_when_they_come_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ENTRASYNC_POLL_INTERVAL", "1s")
        assert main(["run", *write_flags(GOOD)]) == MISUSED
        assert "--poll-interval (ENTRASYNC_POLL_INTERVAL): It must be at least 30s" in capsys.readouterr().err

    def test_are_all_named_in_one_refusal(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", "--http-port=-1", "--tenant-id=x", "--client-id=y"]) == MISUSED
        printed = capsys.readouterr().err
        assert "--tenant-id (ENTRASYNC_TENANT_ID): It must be" in printed
        assert "--client-id (ENTRASYNC_CLIENT_ID): It must be" in printed
        assert "--http-port" in printed


class TestClientSecret:
    def test_or_another_way_to_log_in_is_needed(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("ENTRASYNC_CLIENT_SECRET")
        assert main(["run", *write_flags(GOOD)]) == MISUSED
        printed = capsys.readouterr().err
        assert "Say in exactly one way how the install's own connection logs in: --client-secret-file (or " in printed

    def test_is_refused_as_a_value_and_a_file_at_once(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", *write_flags(GOOD | {"--client-secret-file": str(tmp_path / "secret")})]) == MISUSED
        assert "in exactly one way" in capsys.readouterr().err

    def test_is_not_given_when_it_is_empty(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("ENTRASYNC_CLIENT_SECRET", "")
        assert main(["run", *write_flags(GOOD)]) == MISUSED
        assert "in exactly one way" in capsys.readouterr().err

    def test_is_never_repeated_in_a_refusal(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", "--tenant-id=no tenant", "--client-id=x"]) == MISUSED
        assert SECRET not in "".join(capsys.readouterr())


FILES = {"--client-certificate-file": "/c.pem", "--client-key-file": "/k.pem"}
WEBHOOK = {"AZURE_FEDERATED_TOKEN_FILE": "/token", "AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT}
ONE_WAY = "Say in exactly one way how the install's own connection logs in"

IDENTITIES: list[tuple[dict[str, str], dict[str, str], str | None]] = [
    ({}, {}, None),
    ({"--tenant-id": TENANT}, {}, ONE_WAY),
    ({"--client-id": CLIENT}, {}, "--tenant-id (ENTRASYNC_TENANT_ID) is needed for a connection of the install's own"),
    (GOOD | {"--client-secret-file": "/s"}, {}, None),
    (GOOD | {"--client-secret-file": "/s"} | FILES, {}, ONE_WAY),
    (GOOD | FILES, {}, None),
    (GOOD | {"--client-key-file": "/k.pem"}, {}, "--client-certificate-file and --client-key-file belong together"),
    ({"--client-secret-file": "/s"}, {}, "--tenant-id (ENTRASYNC_TENANT_ID) is needed"),
    ({"--tenant-id": TENANT, "--client-secret-file": "/s"}, {}, "--client-id (ENTRASYNC_CLIENT_ID) is needed"),
    ({"--tenant-id": TENANT, "--managed-identity": ""}, {}, None),
    (GOOD | {"--managed-identity": ""}, {}, None),
    (GOOD | {"--managed-identity": "", "--workload-identity": ""}, WEBHOOK, ONE_WAY),
    ({"--workload-identity": ""}, WEBHOOK, None),
    (GOOD | {"--workload-identity": ""}, {"AZURE_FEDERATED_TOKEN_FILE": "/token"}, None),
    ({"--workload-identity": ""}, {}, "AZURE_FEDERATED_TOKEN_FILE is not set. Label the pod"),
    ({"--workload-identity": ""}, WEBHOOK | {"AZURE_TENANT_ID": "x"}, "must be the Tenant ID, a GUID"),
]


class TestOperatorConnection:
    @pytest.mark.parametrize(("flags", "variables", "fault"), IDENTITIES)
    def test_logs_in_in_exactly_one_way_or_does_not_exist(
        self,
        flags: dict[str, str],
        variables: dict[str, str],
        fault: str | None,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.delenv("ENTRASYNC_CLIENT_SECRET")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert main(["run", *write_flags(flags)]) == (MISUSED if fault else FAILED)
        printed = capsys.readouterr().err
        assert (fault or "no API server") in printed

    def test_with_workload_identity_logs_in_where_the_webhook_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ENTRASYNC_CLIENT_SECRET")
        for name, value in (WEBHOOK | {"AZURE_AUTHORITY_HOST": "https://login.example/"}).items():
            monkeypatch.setenv(name, value)
        settings = read("--workload-identity")
        assert settings.endpoint().authority == "https://login.example"
        assert read("--workload-identity", "--cloud=China").endpoint().authority == "https://login.chinacloudapi.cn"
        credential = operator_credential(settings, TENANT)
        assert isinstance(credential, AppCredential)
        assert credential.proof == FederatedToken(SecretFile(Path("/token"), "ServiceAccount token"))

    def test_with_a_certificate_reads_both_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ENTRASYNC_CLIENT_SECRET")
        credential = operator_credential(read(*write_flags(GOOD | FILES)), TENANT)
        assert isinstance(credential, AppCredential)
        assert isinstance(credential.proof, ClientCertificate)
        assert credential.proof.where == "the file /c.pem"

    def test_with_managed_identity_may_name_which_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("ENTRASYNC_CLIENT_SECRET")
        own = read(f"--tenant-id={TENANT}", "--managed-identity")
        assert operator_credential(own, TENANT) == ManagedIdentity(TENANT)
        named = read(*write_flags(GOOD), "--managed-identity")
        assert operator_credential(named, TENANT) == ManagedIdentity(TENANT, CLIENT)

    @pytest.mark.parametrize(
        ("flag", "served"),
        [("*", {"a", "b"}), ("a", {"a"}), ("a, b", {"a", "b"}), ("", set())],
    )
    def test_serves_the_namespaces_that_the_install_allows(self, flag: str, served: set[str]) -> None:
        settings = read(*write_flags(GOOD), f"--own-connection-namespaces={flag}")
        assert {name for name in ("a", "b") if settings.serves_namespace(name)} == served

    def test_may_be_in_a_cloud_that_the_install_defines(self, tmp_path: Path) -> None:
        file = tmp_path / "clouds.yaml"
        file.write_text("Sealed: {graphUrl: 'https://graph.example', authority: 'https://login.example'}")
        found = read(*write_flags(GOOD), f"--clouds-file={file}", "--cloud=Sealed", "--api-version=beta").endpoint()
        assert (found.root, found.authority) == ("https://graph.example/beta", "https://login.example")


def read(*arguments: str) -> RunSettings:
    settings = CliApp.run(CommandLine, cli_args=["run", *arguments], cli_exit_on_error=False).run
    assert settings is not None
    return settings


def test_without_an_api_server_the_refusal_says_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *write_flags(GOOD)]) == FAILED
    printed = capsys.readouterr().err
    assert "no API server: neither KUBECONFIG nor ~/.kube/config nor a ServiceAccount of a pod was found" in printed
    assert "Set KUBECONFIG" in printed


def test_a_missing_kubeconfig_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KUBECONFIG", "/nowhere/kubeconfig")
    assert main(["run", *write_flags(GOOD)]) == FAILED
    assert "KUBECONFIG cannot be used: " in (printed := capsys.readouterr().err)
    assert "/nowhere/kubeconfig" in printed
