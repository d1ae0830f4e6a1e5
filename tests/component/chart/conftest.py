"""What the tests of the rendered chart share."""

from tests.support.chart_fixtures import helm, helm3

__all__ = ["helm", "helm3"]
