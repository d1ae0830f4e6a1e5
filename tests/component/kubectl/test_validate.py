"""`validate` as a person runs it: files in, findings with their lines out, without a cluster."""

from pathlib import Path

import pytest
import yaml

from entrasync.api.names import API_VERSION
from tests.support.helm import ROOT
from tests.support.plugin import Plugin

GOOD = f"""\
apiVersion: {API_VERSION}
kind: SynchronizationJob
metadata:
  name: crm
spec:
  servicePrincipal:
    objectId: 0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01
  template:
    id: scim
"""

FAULTY = f"""\
{GOOD}  scheduel: {{}}
  schedule:
    interval: 40m
  application:
    credentials:
      entries:
      - key: SecretToken
        value: open-sesame-4711
"""

SECRET_KEY = (
    "spec.application.credentials.entries: This key is a secret. Give it by valueFrom.secretKeyRef and not as value, "
    "where everybody who may read this resource would see it."
)

OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestGoodManifests:
    def test_end_with_0_and_are_counted(self, plugin: Plugin, folder: Path) -> None:
        (folder / "jobs.yaml").write_text(f"{GOOD}---\n{OTHER}")
        answer = plugin.run("validate", "-f", "jobs.yaml")
        assert (answer.code, answer.output) == (0, "1 valid, 1 of other kinds passed over.\n")

    def test_are_those_of_the_examples(self, plugin: Plugin) -> None:
        answer = plugin.run("validate", "-f", str(ROOT / "examples"), "-o", "json")
        assert answer.code == 0, answer.output
        assert answer.document["summary"]["checked"] > 20


class TestAFaultyManifest:
    def test_ends_with_1_and_names_each_line(self, plugin: Plugin, folder: Path) -> None:
        (folder / "jobs.yaml").write_text(f"{OTHER}---\n{FAULTY}")
        answer = plugin.run("validate", "-f", ".", "-o", "json")
        assert answer.code == 1
        assert answer.document["summary"] == {"checked": 1, "invalid": 1, "passedOver": 1}
        [item] = answer.document["items"]
        assert (item["file"], item["document"], item["line"], item["name"]) == ("jobs.yaml", 2, 6, "crm")
        assert [(each["line"], each["field"]) for each in item["findings"]] == [
            (15, "spec.scheduel"),
            (17, "spec.schedule.interval"),
            (21, "spec.application.credentials.entries[0]"),
        ]
        assert item["findings"][0]["message"] == 'unknown field "spec.scheduel"'
        assert item["findings"][2]["message"] == SECRET_KEY

    def test_shows_no_value_of_a_secret(self, plugin: Plugin, folder: Path) -> None:
        (folder / "jobs.yaml").write_text(FAULTY)
        for output in ("table", "json", "yaml"):
            assert "open-sesame" not in plugin.run("validate", "-f", "jobs.yaml", "-o", output).output

    def test_says_that_rules_were_left_out_until_its_types_are_right(self, plugin: Plugin, folder: Path) -> None:
        (folder / "jobs.yaml").write_text(f"{GOOD}  jobId: 5\n")
        [item] = yaml.safe_load(plugin.run("validate", "-f", "jobs.yaml", "-o", "yaml").output)["items"]
        assert sorted(each["message"] for each in item["findings"]) == [
            "some validation rules were not checked because the object was invalid; correct the existing errors to "
            "complete validation",
            'spec.jobId in body must be of type string: "integer"',
        ]

    def test_fits_on_a_terminal_of_80_columns(self, plugin: Plugin, folder: Path) -> None:
        (folder / "jobs.yaml").write_text(FAULTY)
        code, lines = plugin.run_on_terminal("validate", "-f", "jobs.yaml")
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert lines[:2] == ["jobs.yaml:1: SynchronizationJob crm", '    10  unknown field "spec.scheduel"']
        assert SECRET_KEY in " ".join(line.strip() for line in lines)
        assert lines[-1] == "0 valid, 1 invalid."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"{GOOD}---\na: [\n", 12, "It is no YAML: did not find expected node content."),
        ("- 1\n", 1, "It is no Kubernetes object, which has apiVersion, kind and metadata."),
        ("metadata: {}\n", 1, "It is no Kubernetes object, because apiVersion is missing."),
        (f"{GOOD}  template: {{id: scim}}\n", 10, 'key "template" already set in map'),
        (
            GOOD.replace("SynchronizationJob", "SyncJob"),
            2,
            f'no matches for kind "SyncJob" in version "{API_VERSION}". The kinds of {API_VERSION} are '
            "SynchronizationJob, GraphConnection, ProvisioningRequest.",
        ),
        (GOOD.replace("name: crm", "labels: {}"), 3, "metadata.name: Required value: name or generateName is required"),
        (GOOD.replace("name: crm", "name: crm\n  label: {}"), 5, 'unknown field "metadata.label"'),
        (
            GOOD.replace("name: crm", "name: crm\n  labels: {team: 5}"),
            5,
            "metadata.labels.team: It must be a text. Put it in quotes.",
        ),
    ],
)
def test_what_is_no_object_of_ours_is_named_with_its_line(
    plugin: Plugin, folder: Path, text: str, line: int, message: str
) -> None:
    (folder / "jobs.yaml").write_text(text)
    answer = plugin.run("validate", "-f", "jobs.yaml", "-o", "json")
    assert answer.code == 1
    findings = [each for item in answer.document["items"] for each in item["findings"]]
    assert findings[0] == {"line": line, "field": findings[0]["field"], "message": message}


class TestWrongUse:
    def test_without_a_file_ends_with_2(self, plugin: Plugin) -> None:
        answer = plugin.run("validate")
        assert answer.code == 2
        assert "Missing option '--filename'" in answer.errors

    def test_with_a_file_that_is_not_there_ends_with_2(self, plugin: Plugin, folder: Path) -> None:
        answer = plugin.run("validate", "-f", "missing.yaml")
        assert (answer.code, answer.errors) == (
            2,
            "Error: There is no file or folder missing.yaml. Correct --filename.\n",
        )

    @pytest.mark.parametrize("content", ["", "# only a comment\n", "---\n---\n"])
    def test_with_files_without_an_object_ends_with_2(self, plugin: Plugin, tmp_path: Path, content: str) -> None:
        (tmp_path / "jobs.yaml").write_text(content)
        answer = plugin.run("validate", "-f", str(tmp_path))
        assert answer.code == 2
        assert answer.errors == (f"Error: There is no object in {tmp_path}. Name files with manifests by --filename.\n")
