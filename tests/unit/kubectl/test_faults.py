"""What a person reads of an error that no command expects: a sentence, and no traceback."""

import pytest

from kubectl_entrasync import __main__ as program
from kubectl_entrasync.cli import app as commands


def test_a_fault_of_the_plugin_is_one_sentence_without_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_with(monkeypatch, KeyError("a value that may be a secret"))

    with pytest.raises(SystemExit) as end:
        program.main()

    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("Error: This is a fault of kubectl entrasync itself: KeyError in test_faults.py, line ")
    assert said.endswith("Report it with what the command prints when ENTRASYNC_TRACEBACK=1 is set.\n")
    assert "secret" not in said


def test_what_the_system_refuses_is_told_in_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_with(monkeypatch, OSError(28, "No space left on device"))

    with pytest.raises(SystemExit) as end:
        program.main()

    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "Error: The system refused to go on: No space left on device. Mend that, and run the command again.\n"
    )


def test_a_traceback_is_there_for_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTRASYNC_TRACEBACK", "1")
    run_with(monkeypatch, KeyError("missing"))

    with pytest.raises(KeyError, match="missing"):
        program.main()


def run_with(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """Have the commands end with a fault."""

    def end(**_: str) -> None:
        raise fault

    monkeypatch.setattr(commands, "app", end)
