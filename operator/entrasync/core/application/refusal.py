"""Judges a refusal of credentials: when they are tried again, and from when on only a person can help."""

from datetime import datetime, timedelta

from entrasync.core.decision.errors import GraphAnswer
from entrasync.core.facts.application_seen import Refusal
from entrasync.core.primitives.time_limits import LASTING_FAULT

REFUSED_RETRY_DELAY = timedelta(minutes=15)
"""The first pause between tries of refused values. A target app may lock an account after too many of them."""

UNTRIED_RETRY_DELAY = timedelta(minutes=1)
"""The first pause while the target app cannot be reached."""

MAX_RETRY_DELAY = timedelta(hours=4)
"""The longest pause. Changed values are tried at once."""

UNTRIED_SUFFIXES = ("Unavailable", "Timeout")
"""The ends of Graph's codes for credentials that it could not try."""


def judge_refusal(answer: GraphAnswer, *, since: datetime, now: datetime) -> Refusal:
    """Judge a refusal of values that were first refused at `since`. Each pause is as long as the refusal has lasted."""
    is_verdict = not answer.code.endswith(UNTRIED_SUFFIXES)
    first = REFUSED_RETRY_DELAY if is_verdict else UNTRIED_RETRY_DELAY
    pause = min(max(first, now - since), MAX_RETRY_DELAY)
    return Refusal(answer.code, answer.message, now + pause, is_verdict, since)


def until_next_judgement(refusal: Refusal, now: datetime) -> timedelta:
    """Return how long nothing changes: until the next try, or until the refusal counts as lasting."""
    lasts_at = refusal.since + LASTING_FAULT if refusal.since else refusal.retry_at
    return min(refusal.retry_at, max(lasts_at, now)) - now


def needs_person(refusal: Refusal, now: datetime) -> bool:
    """Tell whether only a person can help: the app has refused the values, or cannot be asked for too long."""
    return refusal.is_verdict or (refusal.since is not None and now - refusal.since >= LASTING_FAULT)
