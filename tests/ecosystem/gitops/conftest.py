"""What the tests of GitOps tools share: one operator, which looks often, and the engines of these tools."""

from tests.support.gitops.engines import engines
from tests.support.operator_fixtures import environment, shared_environment

__all__ = ["engines", "environment", "shared_environment"]
