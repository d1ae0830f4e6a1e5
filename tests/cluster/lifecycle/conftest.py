"""What the tests of a resource's life share."""

from tests.support.operator_fixtures import (
    environment,
    fast_environment,
    own_environment,
    shared_environment,
    shared_fast_environment,
)

__all__ = ["environment", "fast_environment", "own_environment", "shared_environment", "shared_fast_environment"]
