"""The client that most tests of this folder use."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.scripted_client import ScriptedClient, run_scripted_client


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[ScriptedClient]:
    """A client of a scripted Graph."""
    async with run_scripted_client(tmp_path) as client:
        yield client
