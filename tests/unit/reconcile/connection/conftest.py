"""What the tests of GraphConnections share."""

import pytest

from tests.support.connection_story import ConnectionStory


@pytest.fixture
def story() -> ConnectionStory:
    return ConnectionStory()
