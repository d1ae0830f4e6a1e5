"""What the tests of GraphConnections share."""

import pytest

from tests.support.connection_harness import ConnectionHarness


@pytest.fixture
def harness() -> ConnectionHarness:
    return ConnectionHarness()
