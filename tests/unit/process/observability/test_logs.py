"""What the log says, and what it leaves out."""

import logging

import pytest

from entrasync.process.observability.logs import RetryFilter


@pytest.mark.parametrize(("attempt", "is_told"), [(1, True), (2, False), (300, False)])
def test_kopf_tells_once_that_it_tries_again(attempt: int, is_told: bool) -> None:
    words = f"Request attempt #{attempt} failed; will retry: GET https://api -> APIForbiddenError('x', status=403)"
    record = logging.LogRecord("kopf.clients", logging.ERROR, "", 0, words, None, None)
    assert RetryFilter().filter(record) is is_told
