"""The content of a verdict, for tests that know its kind."""

from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Wait


def stall_reason(verdict: object) -> Reason:
    assert isinstance(verdict, Stall), verdict
    return verdict.reason


def wait_of(verdict: object) -> Wait:
    assert isinstance(verdict, Wait), verdict
    return verdict


def action_of(verdict: object) -> Any:
    assert isinstance(verdict, Do), verdict
    return verdict.action
