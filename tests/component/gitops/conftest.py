"""What the tests of GitOps tools share: their engines, Helm, and our objects in all phases."""

import asyncio

import pytest

from tests.support.chart_fixtures import helm3
from tests.support.gitops.engines import engines
from tests.support.gitops.phase import Phase
from tests.support.gitops.phases import record_phases

__all__ = ["engines", "helm3", "phases"]


@pytest.fixture(scope="package")
def phases() -> list[Phase]:
    return asyncio.run(record_phases())
