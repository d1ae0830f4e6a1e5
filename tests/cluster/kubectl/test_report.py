"""`kubectl entrasync report` against a real API server. A browser looks at the page in tests/ecosystem."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.jobs import Jobs
from tests.support.plugin import Plugin
from tests.support.report_fleet import list_fleet


@pytest.fixture
def fleet(own_jobs: Jobs) -> Jobs:
    """Two jobs, one of which is in quarantine."""
    for name in ("salesforce-production-emea", "workday-to-entra"):
        parts = list_fleet()[name]
        job = own_jobs.create({"metadata": {"name": name}, "spec": parts["spec"]})
        own_jobs.change(job, {"status": parts["status"]})
    return own_jobs


class TestPage:
    def test_is_written_to_the_file_and_replaces_an_older_one(
        self, plugin: Plugin, fleet: Jobs, tmp_path: Path
    ) -> None:
        file = tmp_path / "report.html"
        file.write_text("of last month")
        answer = plugin.run("report", "-n", fleet.namespace, "--output-file", str(file))
        assert (answer.code, answer.output) == (0, f"Wrote {file}: 2 jobs, 1 ill.\n")
        assert f'id="job/{fleet.namespace}/workday-to-entra"' in file.read_text(encoding="utf-8")

    def test_is_called_entrasync_report_without_a_name(
        self, plugin: Plugin, fleet: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert plugin.run("report", "-n", fleet.namespace).code == 0
        assert [file.name for file in tmp_path.iterdir()] == ["entrasync-report.html"]

    def test_of_a_namespace_without_jobs_is_written_too(self, plugin: Plugin, namespace: str, tmp_path: Path) -> None:
        file = tmp_path / "report.html"
        answer = plugin.run("report", "-n", namespace, "--output-file", str(file))
        assert (answer.code, answer.output) == (0, f"Wrote {file}: 0 jobs, 0 ill.\n")

    def test_is_announced_on_a_terminal_of_80_columns(
        self, plugin: Plugin, fleet: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        code, lines = plugin.run_on_terminal("report", "-n", fleet.namespace)
        assert (code, lines) == (0, ["Wrote entrasync-report.html: 2 jobs, 1 ill."])


class TestData:
    def test_is_printed_as_json_and_no_file_is_written(
        self, plugin: Plugin, fleet: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        document = plugin.run("report", "-n", fleet.namespace, "-o", "json").document
        assert document["summary"] == {"jobs": 2, "ill": 1, "byHealth": {"Quarantined": 1, "Healthy": 1}}
        assert document["namespace"] == fleet.namespace
        [quarantined, healthy] = document["jobs"]
        assert quarantined["quarantine"]["reason"] == "TooManyDeletes"
        assert healthy["lastRun"]["counts"]["countExported"] == 398
        assert document["trends"]["sums"]["runs"] == 2
        assert list(tmp_path.iterdir()) == []

    def test_is_the_same_as_yaml(self, plugin: Plugin, fleet: Jobs) -> None:
        as_json = plugin.run("report", "-n", fleet.namespace, "-o", "json").document
        as_yaml = yaml.safe_load(plugin.run("report", "-n", fleet.namespace, "-o", "yaml").output)
        assert as_yaml | {"generated": ""} == as_json | {"generated": ""}

    def test_of_all_namespaces_names_none(self, plugin: Plugin, fleet: Jobs) -> None:
        document = plugin.run("report", "-A", "-o", "json").document
        assert document["namespace"] is None
        assert {each["namespace"] for each in document["jobs"]} >= {fleet.namespace}


class TestRefusal:
    def test_of_a_folder_that_is_not_there(self, plugin: Plugin, namespace: str, tmp_path: Path) -> None:
        file = tmp_path / "missing" / "report.html"
        answer = plugin.run("report", "-n", namespace, "--output-file", str(file))
        assert answer.code == 2
        assert answer.errors == (
            f"Error: The report cannot be written to {file}: No such file or directory. Give another file with "
            "--output-file.\n"
        )

    def test_of_a_file_for_data(self, plugin: Plugin) -> None:
        answer = plugin.run("report", "-o", "json", "--output-file", "report.html")
        assert answer.code == 2
        assert "--output-file is for the page, and --output json prints the data." in answer.errors

    def test_of_missing_rights_names_the_verb_and_the_resource(self, plugin: Plugin, namespace: str) -> None:
        answer = plugin.run("report", "-n", namespace, "--as", "anna")
        assert answer.code == 2
        assert f"You may not list synchronizationjobs.entrasync.io in namespace {namespace}" in answer.errors
