"""The command line: its output, its messages and its exit codes."""

import re
from importlib import metadata
from pathlib import Path

import pytest

from entrasync.api.generate.crd import render
from entrasync.process.cli import FAILED, MISUSED, OK, main
from entrasync.process.settings.run import RunSettings


class TestUsage:
    @pytest.mark.parametrize("words", [[], ["walk"], ["--fast"]])
    def test_is_printed_as_an_error_without_a_known_command(
        self, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(words) == MISUSED
        printed = capsys.readouterr().err
        assert "usage: entra-sync-operator [-h] [--version] {run,crds,reference}" in printed
        assert "entra-sync-operator COMMAND --help lists the options of a command" in printed

    def test_is_printed_when_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == OK
        assert "run the operator" in capsys.readouterr().out

    def test_version_is_that_of_the_project(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert ended.value.code == OK
        assert capsys.readouterr().out == f"entra-sync-operator {metadata.version('entra-sync-operator')}\n"

    def test_names_the_word_that_is_no_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["walk"]) == MISUSED
        assert "invalid choice: 'walk' (choose from 'run', 'crds', 'reference')" in capsys.readouterr().err

    def test_of_run_describes_its_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["run", "--help"])
        assert ended.value.code == OK
        printed = " ".join(capsys.readouterr().out.split())
        assert "usage: entra-sync-operator run" in printed
        assert "Application (client) id of the operator's own app registration" in printed
        assert [name for name in RunSettings.model_fields if f"--{name.replace('_', '-')} " not in printed] == []

    def test_of_run_shows_values_as_a_person_writes_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["run", "--help"])
        printed = capsys.readouterr().out
        shown = ("tenant-id TEXT", "ca-file FILE", "namespaces NAMES", "poll-interval DURATION", "concurrency NUMBER")
        defaults = ("(default: 10m)", "(default: 10s)", "(default: true)", "(default: false)")
        policies = ("management-policy {Manage,Observe}", "deletion-policy {Delete,Pause,Retain}")
        assert [flag for flag in (*shown, *policies, *defaults) if flag not in printed] == []
        assert re.search(r"null|True|False|0:|str\b|Secret,|tuple|timedelta|MANAGE|Path\b|\(\)", printed) is None


class TestCrds:
    def test_are_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["crds"]) == OK
        assert capsys.readouterr().out == "---\n".join(render().values())

    def test_do_not_depend_on_variables_named_like_a_command_or_a_flag(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("RUN", "CRDS", "OUTPUT", "CHECK"):
            monkeypatch.setenv(name, "/nowhere")
        assert main(["crds"]) == OK
        assert capsys.readouterr().out == "---\n".join(render().values())

    def test_are_written_into_a_folder_that_is_then_current(self, tmp_path: Path) -> None:
        folder = tmp_path / "crds" / "new"
        assert main(["crds", f"--output={folder}"]) == OK
        assert {file.name: file.read_text() for file in folder.iterdir()} == render()
        assert main(["crds", f"--check={folder}"]) == OK

    @pytest.mark.parametrize("fault", ["changed", "missing"])
    def test_that_are_outdated_are_named_with_what_to_do(
        self, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["crds", f"--output={tmp_path}"])
        file = tmp_path / "entrasync.io_synchronizationjobs.yaml"
        file.unlink() if fault == "missing" else file.write_text(file.read_text() + "# by hand\n")
        assert main(["crds", f"--check={tmp_path}"]) == FAILED
        printed = capsys.readouterr().err
        assert file.name in printed
        assert "run: make crds" in printed

    def test_are_not_written_to_a_path_that_is_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "taken").write_text("")
        assert main(["crds", f"--output={tmp_path / 'taken'}"]) == FAILED
        assert capsys.readouterr().err.startswith("entra-sync-operator crds: ")
