"""What the tests of commands that look at Graph share."""

from pathlib import Path

import pytest

from tests.support.plugin import Plugin


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Plugin:
    """Runs commands that need no cluster, on a machine where nobody is logged in."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Plugin(tmp_path / "kubeconfig", monkeypatch, capsys)
