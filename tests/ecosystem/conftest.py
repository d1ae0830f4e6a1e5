"""What the tests with other people's programs share."""

from tests.cluster.conftest import crd_installed

__all__ = ["crd_installed"]
