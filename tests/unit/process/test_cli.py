"""The command line: what it does, what it says, how it exits."""

from pathlib import Path

import pytest

from entrasync.api.generate.crd import render
from entrasync.process.cli import FAILED, MISUSED, OK, main


class TestUsage:
    @pytest.mark.parametrize("words", [[], ["walk"], ["--fast"]])
    def test_is_printed_as_an_error_without_a_known_command(
        self, words: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(words) == MISUSED
        told = capsys.readouterr().err
        assert "usage: entra-sync-operator [-h] {run,crds,reference}" in told
        assert "entra-sync-operator COMMAND --help lists the options of a command" in told

    def test_is_printed_when_asked_for(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == OK
        assert "run the operator" in capsys.readouterr().out

    def test_names_the_word_that_is_no_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["walk"]) == MISUSED
        assert "invalid choice: 'walk' (choose from 'run', 'crds', 'reference')" in capsys.readouterr().err

    def test_is_not_changed_by_variables_named_like_a_command(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("RUN", "CRDS", "OUTPUT", "CHECK"):
            monkeypatch.setenv(name, "/nowhere")
        assert main(["crds"]) == OK
        assert capsys.readouterr().out == "---\n".join(render().values())

    def test_of_a_command_describes_each_of_its_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["run", "--help"])
        assert ended.value.code == OK
        told = " ".join(capsys.readouterr().out.split())
        assert "usage: entra-sync-operator run" in told
        assert "Application (client) id of the operator's own app registration" in told


class TestCrds:
    def test_are_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["crds"]) == OK
        assert capsys.readouterr().out == "---\n".join(render().values())

    def test_are_written_into_a_folder_and_then_current(self, tmp_path: Path) -> None:
        folder = tmp_path / "crds" / "new"
        assert main(["crds", f"--output={folder}"]) == OK
        assert {file.name: file.read_text() for file in folder.iterdir()} == render()
        assert main(["crds", f"--check={folder}"]) == OK

    @pytest.mark.parametrize("fault", ["changed", "missing"])
    def test_that_are_not_current_are_named_with_what_to_do(
        self, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["crds", f"--output={tmp_path}"])
        file = tmp_path / "entrasync.io_synchronizationjobs.yaml"
        file.unlink() if fault == "missing" else file.write_text(file.read_text() + "# by hand\n")
        assert main(["crds", f"--check={tmp_path}"]) == FAILED
        told = capsys.readouterr().err
        assert file.name in told
        assert "run: make crds" in told

    def test_are_not_written_where_a_file_stands(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "taken").write_text("")
        assert main(["crds", f"--output={tmp_path / 'taken'}"]) == FAILED
        assert capsys.readouterr().err.startswith("entra-sync-operator crds: ")
