"""What the tests of the operator's process share."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from local_stack import OperatorProcess
from tests.support.operator_environment import OperatorEnvironment, open_second_operator
from tests.support.operator_fixtures import (
    environment,
    fast_environment,
    own_environment,
    shared_environment,
    shared_fast_environment,
)
from tests.support.polling import until

__all__ = ["environment", "fast_environment", "own_environment", "shared_environment", "shared_fast_environment"]


@dataclass
class HangingShutdown:
    """An operator that is stopping while a write hangs. `code` has its exit code as soon as it has ended."""

    operator: OperatorProcess
    is_waiting: bool
    """Whether it still ran after it had reported that it stops."""
    code: Future[int]


@pytest.fixture(scope="package")
def hanging_shutdown(shared_environment: OperatorEnvironment) -> Iterator[HangingShutdown]:
    """Start the stop. It takes 20 s, so it goes on while other tests run."""
    with open_second_operator(shared_environment) as environment, ThreadPoolExecutor(1) as waiting:
        operator = environment.operator
        assert operator is not None
        principal = environment.simulator.create_service_principal().id
        held = environment.simulator.hold("startJob", service_principal=principal)
        environment.apply_job(principal)
        held.wait_held()
        code = waiting.submit(operator.stop)
        until(lambda: operator.read("/readyz") == (503, "the operator was told to stop\n"), what="it stops")
        yield HangingShutdown(operator, operator.process.poll() is None, code)
        held.remove()
