"""What the tests of the release share."""

import shutil
from pathlib import Path

import pytest

from release.steps.distributions import tracked_files
from tests.support.chart_fixtures import helm, helm3
from tests.support.helm import ROOT

__all__ = ["helm", "helm3"]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that Git tracks, without what a test or an editor left beside them."""
    folder = tmp_path_factory.mktemp("release") / "checkout"
    for name in tracked_files(ROOT):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder
