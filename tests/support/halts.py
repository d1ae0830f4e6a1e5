"""What a test expects of a `Halted`: that a person must act, or that the resource goes on by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall, Wait


@contextmanager
def stalls(match: str | None = None) -> Iterator[pytest.ExceptionInfo[Halted]]:
    """Expect a halt that a person must end; `match` is searched for in its message."""
    with pytest.raises(Halted, match=match) as caught:
        yield caught
    assert isinstance(caught.value.halt, Stall)


@contextmanager
def waits(match: str | None = None) -> Iterator[pytest.ExceptionInfo[Halted]]:
    """Expect a halt that ends by itself; `match` is searched for in its message."""
    with pytest.raises(Halted, match=match) as caught:
        yield caught
    assert isinstance(caught.value.halt, Wait)
