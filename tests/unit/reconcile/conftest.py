"""What the tests of passes share."""

import pytest

from tests.support.reconciler_harness import ReconcilerHarness


@pytest.fixture
def harness() -> ReconcilerHarness:
    return ReconcilerHarness()
