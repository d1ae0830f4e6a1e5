"""What the tests of spec.application share."""

import pytest

from tests.support.application_passes import SECRET
from tests.support.reconciler_harness import ReconcilerHarness


@pytest.fixture
def harness() -> ReconcilerHarness:
    """A process of the operator, and the Secret that the credentials are taken from."""
    harness = ReconcilerHarness()
    harness.secrets.put(SECRET, token="s3cret")
    return harness
