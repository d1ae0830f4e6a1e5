"""What the tests of the release share."""

from tests.support.chart_fixtures import helm, helm3

__all__ = ["helm", "helm3"]
