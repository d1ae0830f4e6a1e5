"""What may go wrong with a call, and the promises that a world watches."""

from enum import StrEnum


class Killed(BaseException):
    """The process died here. No `except Exception` of the operator may see it."""


class BrokenPromise(AssertionError):
    """The operator did what docs/promises.md rules out."""


class Fault(StrEnum):
    """What happens to one call of Graph."""

    LOST_BUT_DONE = "the answer is lost, the call was carried out"
    LOST_AND_NOT_DONE = "the answer is lost, the call was not carried out"
    UNREACHABLE = "no byte is sent"
    THROTTLED = "429"
    NOT_REPLICATED = "404 of a replica that lags"
    KILLED_BEFORE = "the process dies before the call"
    KILLED_AFTER = "the process dies before it has read the answer"

    @property
    def is_done(self) -> bool:
        """Whether Graph carries out the call."""
        return self in {Fault.LOST_BUT_DONE, Fault.KILLED_AFTER}
