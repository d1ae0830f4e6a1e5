"""Runs the lines of `kubectl` and `helm` of the pages that no test follows from beginning to end.

The objects that the pages name exist, and there is no operator. What would change them is run with `--dry-run=server`,
so each line stands alone, and the API server still judges it. The release exists too, so an install is an upgrade here.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    CONNECTION_PLURAL,
    KIND,
    PLURAL,
    PROVISIONING_KIND,
    PROVISIONING_PLURAL,
)
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object
from tests.support.helm import ROOT
from tests.support.installation import clear, make_namespace
from tests.support.page_commands import files_with_commands, lines_of, mentions_of

RELEASE = "entra-sync-operator"
NAMESPACE = "release-of-the-pages"
FOLLOWED = {ROOT / "README.md", ROOT / "docs" / "first-job.md", ROOT / "CHANGELOG.md"}
"""Pages whose commands are run elsewhere, and the one that also tells of commands of the past."""

PLUGINS = ("kubectl entrasync ", "kubectl krew ")
"""The lines of our plugin are parsed by itself (`tests/architecture/test_plugin_lines.py`). krew is not here."""

GUID = "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"
CHANGES = r"^kubectl (annotate|apply|create|delete|label|patch) |^helm upgrade "
PLACEHOLDERS = {
    r"\bNAME\b": "salesforce",
    r"\b(NAMESPACE|TEAM)\b": "identity",
    r"\bSERVICEACCOUNT\b": "default",
    r"(--namespace|-n) entra-sync-operator\b": rf"\1 {NAMESPACE}",
}
EXPECTED = {
    "kubectl wait": ["timed out waiting"],
    "kubectl rollout": ["timed out waiting"],
    "kubectl create": ["already exists"],
    "helm rollback": ["release has no 0 version"],  # nothing was upgraded, so there is nothing to go back to
}
"""What a line may end with here, since no operator runs and the objects of all lines exist.

What lines wait for is looked up in the CRDs instead (`tests/architecture/test_kubectl_reads.py`).
"""

REPLACED = {
    r"^helm install ": "helm upgrade --install ",
    r"^(helm uninstall .*)": r"\1 --dry-run",
    r"--timeout=\w+": "--timeout=1s",
}
"""What keeps a line from changing the release or from waiting."""

CONNECTION = {"tenant-id": GUID, "client-id": GUID, "client-secret": "x"}

WHOLE = 3
"""A mention in a text is a whole command if it has more words than these, such as `kubectl delete syncjobs`."""


def lines() -> list[str]:
    """Read the lines of the pages, with what a reader puts in place of capitals."""
    pages = [page for page in files_with_commands() if page.suffix == ".md" and page not in FOLLOWED]
    told = [line for page in pages for program in ("kubectl", "helm") for line in lines_of(program, page)]
    named = [line for page in pages for program in ("kubectl", "helm") for line in mentions_of(program, page)]
    whole = dict.fromkeys([*told, *(line for line in named if len(line.split()) > WHOLE)])
    return [line for line in whole if not line.startswith(PLUGINS)]


@dataclass(frozen=True)
class Checkout:
    """A folder with the programs and files that the pages name, and the environment of an administrator."""

    folder: Path
    environment: dict[str, str]

    def run(self, line: str) -> str:
        """Run a line for the namespace `identity`; return its faults."""
        for found, word in (PLACEHOLDERS | REPLACED).items():
            line = re.sub(found, word, line)
        if re.match(CHANGES, line):
            line += " --dry-run=server"
        done = subprocess.run(  # noqa: S602  our own pages, whose commands are meant for a shell
            line, shell=True, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        is_expected = any(word in done.stderr for word in EXPECTED.get(" ".join(line.split()[:2]), ()))
        return "" if done.returncode == 0 or is_expected else f"{line}\n{done.stderr}"


def _object(kind: str, name: str, **more: object) -> Object:
    version = API_VERSION if kind in {KIND, CONNECTION_KIND, PROVISIONING_KIND} else "v1"
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}} | more


@pytest.fixture
def checkout(bare_cluster: Cluster, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A cluster with a release and the objects of the pages, in the namespace that a reader has chosen in kubectl."""
    helm = find_helm("helm4", tmp_path_factory).at(bare_cluster)
    make_namespace(bare_cluster, NAMESPACE)
    helm.install(RELEASE, NAMESPACE, values={"connection": {"identity": "None"}})
    bare_cluster.create("secrets", _object("Secret", f"{RELEASE}-connection", stringData=CONNECTION), NAMESPACE)
    job = {"servicePrincipal": {"objectId": GUID}, "template": {"id": "scim"}}
    proof = {"clientId": GUID, "secretRef": {"name": "contoso-login", "key": "client-secret"}}
    for namespace in ("identity", "hr", "people", "demo"):
        make_namespace(bare_cluster, namespace)
        for name in ("salesforce", "salesforce-emea", "box", "contoso-zoom"):
            bare_cluster.create(PLURAL, _object(KIND, name, spec=job), namespace)
        for name in ("salesforce", "contoso-login", "fabrikam-login"):
            bare_cluster.create("secrets", _object("Secret", name, stringData={"tls.crt": "x"}), namespace)
        backup = _object("ConfigMap", "salesforce-schema-0f3c5a7e9b1d2468", binaryData={"schema.json.gz": "H4s="})
        bare_cluster.create("configmaps", backup, namespace)
        subjects = [{"objectId": GUID, "objectTypeName": "User"}]
        request = _object(
            PROVISIONING_KIND, "first-day-of-anna", spec={"jobRef": {"name": "box"}, "subjects": subjects}
        )
        bare_cluster.create(PROVISIONING_PLURAL, request, namespace)
        connection = {"tenantId": GUID, "clientSecret": proof}
        bare_cluster.create(CONNECTION_PLURAL, _object(CONNECTION_KIND, "salesforce", spec=connection), namespace)
    for name, program in {"helm": helm.program, "kubectl": bare_cluster.plane.binaries["kubectl"]}.items():
        (tmp_path / name).symlink_to(program)
    for name in ("charts", "crds"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("client-secret", "schema.json.gz"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    manifest = (ROOT / "examples" / "minimal.yaml").read_text(encoding="utf-8")
    (tmp_path / "identity").mkdir()
    for name in ("salesforce-emea", "identity/workday"):
        text = manifest.replace("salesforce", Path(name).name)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    homes = {f"HELM_{part}_HOME": str(tmp_path) for part in ("CACHE", "CONFIG", "DATA")}
    (tmp_path / "kubeconfig").write_bytes(bare_cluster.plane.kubeconfig.read_bytes())
    own = {"PATH": f"{tmp_path}:/usr/bin:/bin", "KUBECONFIG": str(tmp_path / "kubeconfig")}
    told = {"IMAGE": "registry.example.com/operator", "TENANT_ID": GUID, "CLIENT_ID": GUID}
    environment = bare_cluster.plane.environment() | homes | own | told
    found = Checkout(tmp_path, environment)
    assert found.run("kubectl config set-context --current --namespace=identity") == ""
    yield found
    helm("uninstall", RELEASE, f"--namespace={NAMESPACE}")
    clear(bare_cluster)


def test_every_line_of_the_pages_is_taken_by_kubectl_helm_and_the_api_server(checkout: Checkout) -> None:
    assert lines()
    assert "\n".join(filter(None, map(checkout.run, lines()))) == ""
