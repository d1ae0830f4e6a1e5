"""What is recorded of a job's schedule."""

from dataclasses import replace

from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schedule_record import Pause, PausedBy, read_pause
from entrasync.core.schedule.record import (
    with_interval_request,
    with_pause,
    with_sent_start,
    with_stored_start,
)
from tests.support.facts import NOW, minutes

PAUSE = Pause(PausedBy.OPERATOR, "2026-11-01T11:00:00Z", "held", resumes=True)


def test_a_start_that_is_about_to_be_sent_keeps_the_pause_that_it_ends() -> None:
    sent = with_sent_start(with_pause(JobRecord(), PAUSE), NOW).write()
    assert sent["lastStartTime"] == "2026-11-01T12:00:00.000000Z"
    assert sent["pause"]["resumes"] is True
    assert sent["pause"]["startSent"] is True
    assert read_pause(sent["pause"]) == replace(PAUSE, is_start_sent=True)


def test_the_record_of_a_start_without_an_answer_is_taken_from_what_is_stored() -> None:
    stored = with_sent_start(with_pause(JobRecord(), PAUSE), NOW)
    kept = with_stored_start(with_pause(JobRecord(), PAUSE), stored)
    assert (kept.last_start_time, kept.pause) == (NOW, replace(PAUSE, is_start_sent=True))


def test_a_pause_is_recorded_with_its_author_and_whether_the_job_goes_on() -> None:
    assert with_pause(JobRecord(), PAUSE).write()["pause"] == {
        "by": "Operator",
        "since": "2026-11-01T11:00:00Z",
        "reason": "held",
        "resumes": True,
    }


def test_an_interval_that_graph_accepted_has_no_answer_and_is_not_repeated() -> None:
    asked = with_interval_request(JobRecord(), "PT20M", NOW, answer=None)
    assert asked.write()["interval"] == {"requested": "PT20M", "time": "2026-11-01T12:00:00Z"}


def test_an_interval_that_graph_refused_is_recorded_with_its_answer_and_the_next_attempt() -> None:
    asked = with_interval_request(JobRecord(), "PT20M", NOW, answer="404", repeat_at=NOW + minutes(15))
    assert asked.write()["interval"] == {
        "requested": "PT20M",
        "time": "2026-11-01T12:00:00Z",
        "answer": "404",
        "repeatTime": "2026-11-01T12:15:00Z",
    }
