"""What kubectl is answered when it asks the plugin for completions, by the program that is installed for that."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kubectl_entrasync import completion

PROGRAM = Path(sys.executable).parent / "kubectl_complete-entrasync"

Ask = Callable[..., list[str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks as kubectl does, in this process."""
    for name in ("_KUBECTL_ENTRASYNC_COMPLETE", "_TYPER_COMPLETE_FISH_ACTION", "_TYPER_COMPLETE_ARGS"):
        monkeypatch.setenv(name, "")  # so that what the program sets ends with the test

    def answer(*words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", [PROGRAM.name, *words])
        completion.main()
        return capsys.readouterr().out.splitlines()

    return answer


def test_the_program_tells_commands_with_their_meaning() -> None:
    done = subprocess.run([PROGRAM, "d"], capture_output=True, text=True, check=True)
    *commands, end = done.stdout.splitlines()
    assert [each.split("\t")[0] for each in commands] == ["describe", "doctor"]
    assert commands[0].split("\t")[1].startswith("Tell all about one job")
    assert (end, done.stderr) == (":4", "")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("get", "--all-n"), ["--all-namespaces"]),
        (("get", "--output", ""), ["table", "json", "yaml"]),
        (("schema", ""), ["export", "diff", "test"]),
        (("schema", "export", "crm", "--output", "c"), ["configmap"]),
    ],
)
def test_options_values_and_commands_of_commands_are_known(ask: Ask, words: tuple[str, ...], values: list[str]) -> None:
    *lines, end = ask(*words)
    assert [each.split("\t")[0] for each in lines] == values
    assert end == ":4"


@pytest.mark.parametrize("words", [("validate", "--filename", "iden"), ("get", "it's")])
def test_what_is_not_known_is_left_to_the_shell(ask: Ask, words: tuple[str, ...]) -> None:
    assert ask(*words) == [":0"]
