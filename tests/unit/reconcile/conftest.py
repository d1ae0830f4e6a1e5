"""What the tests of passes share."""

import pytest

from tests.support.reconciler_harness import ReconcilerHarness


@pytest.fixture
def story() -> ReconcilerHarness:
    return ReconcilerHarness()
