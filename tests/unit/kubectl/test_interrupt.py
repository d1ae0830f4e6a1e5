"""What Ctrl-C does while the plugin still loads its packages. tests/component interrupts a command at work."""

import pytest

from kubectl_entrasync import __main__ as program


def test_an_interrupt_at_the_start_ends_the_plugin_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "_run", interrupt)
    with pytest.raises(SystemExit) as end:
        program.main()
    assert (end.value.code, *capsys.readouterr()) == (130, "", "")
