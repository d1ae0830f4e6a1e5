"""What the log leaves out."""

import logging

import pytest

from entrasync.process.observability.logs import RetryFilter


@pytest.mark.parametrize(("attempt", "is_logged"), [(1, True), (2, False), (300, False)])
def test_a_retry_of_kopf_is_logged_once(attempt: int, is_logged: bool) -> None:
    words = f"Request attempt #{attempt} failed; will retry: GET https://api -> APIForbiddenError('x', status=403)"
    record = logging.LogRecord("kopf.clients", logging.ERROR, "", 0, words, None, None)
    assert RetryFilter().filter(record) is is_logged
