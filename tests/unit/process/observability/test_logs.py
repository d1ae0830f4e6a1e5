"""What the log has in each line, and what it leaves out."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.process.observability.logs import RetryFilter, make_formatter, set_up_logs
from entrasync.process.observability.metrics import Metrics

TEXTS = st.text(st.one_of(st.characters(exclude_categories=[]), st.sampled_from('\n\r\x1b\u2028\x85"\\')))


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    """The root of all logs, which is as before after the test."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    return root


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_time_is_written_as_rfc_3339_has_it_with_its_zone(root: logging.Logger, form: str) -> None:
    set_up_logs("info", form=form)
    line = root.handlers[0].format(logging.LogRecord("entrasync", logging.INFO, "", 0, "It runs.", None, None))
    written = json.loads(line)["time"] if form == "json" else line.split()[0]
    time = datetime.fromisoformat(written)
    assert time.utcoffset() == timedelta(0)
    assert "T" in written
    assert written.endswith("Z")


@pytest.mark.parametrize("form", ["json", "text"])
@given(TEXTS, TEXTS)
def test_no_text_breaks_out_of_its_line(form: str, message: str, why: str) -> None:
    """A message or a field may quote an admission webhook, or a name that somebody has chosen."""
    record = logging.LogRecord("entrasync", logging.INFO, "", 0, "%s", (message,), None)
    record.why = why
    written = make_formatter(form).format(record)
    assert written.isprintable()
    if form == "json":
        fields = json.loads(written)
        assert (fields["message"], fields["why"]) == (message, why)


def test_a_traceback_keeps_its_lines() -> None:
    fault = ValueError("It is so.")
    record = logging.LogRecord("entrasync", logging.INFO, "", 0, "It failed.", None, (ValueError, fault, None))
    assert make_formatter("text").format(record).splitlines()[1:] == ["ValueError: It is so."]


@pytest.mark.parametrize("status", [200, 404, 503, None])
def test_a_call_is_told_at_debug_only_whatever_was_answered(
    caplog: pytest.LogCaptureFixture, status: int | None
) -> None:
    caplog.set_level(logging.DEBUG)
    Metrics().called("list_jobs", status, 0.1, "id")
    assert [record.levelname for record in caplog.records] == ["DEBUG"]


@pytest.mark.parametrize(("attempt", "is_logged"), [(1, True), (2, False), (300, False)])
def test_a_retry_of_kopf_is_logged_once(attempt: int, is_logged: bool) -> None:
    words = f"Request attempt #{attempt} failed; will retry: GET https://api -> APIForbiddenError('x', status=403)"
    record = logging.LogRecord("kopf.clients", logging.ERROR, "", 0, words, None, None)
    assert RetryFilter().filter(record) is is_logged
