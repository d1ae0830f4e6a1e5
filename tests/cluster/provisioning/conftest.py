"""What the tests of ProvisioningRequests share."""

from tests.support.operator_fixtures import environment, shared_environment

__all__ = ["environment", "shared_environment"]
