"""The plugin where only the operator's own packages are installed, as in its image."""

import pytest

from kubectl_entrasync import __main__ as program


def test_the_plugin_without_its_packages_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "find_spec", lambda name: None if name in ("typer", "rich") else object())

    with pytest.raises(SystemExit) as end:
        program.main()

    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "Error: kubectl entrasync needs packages that are not installed: typer, rich. Install it with: "
        'pipx install "entra-sync-operator[kubectl]"\n'
    )
