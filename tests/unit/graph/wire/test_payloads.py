"""What is read from Graph's JSON, and what makes it unreadable."""

import json

import pytest

from entrasync.graph.wire.payloads import UnreadableError, read_jobs, read_large_object, read_object, read_page


class TestReadObject:
    @pytest.mark.parametrize(
        "body", [b"", b"x", b"[]", b"null", b'{"a":', b"\xff", b'{"a":' * 50_000, b"1", b"{'a': 1}"]
    )
    def test_refuses_what_is_no_object(self, body: bytes) -> None:
        with pytest.raises(UnreadableError):
            read_object(body)
        with pytest.raises(UnreadableError):
            read_large_object(body)

    @pytest.mark.parametrize(
        ("fact", "body", "value"),
        [
            ("no number", b'{"a": NaN}', None),
            ("infinite", b'{"a": -Infinity}', None),
            ("infinite in disguise", b'{"a": 1e999}', None),
            ("more digits than Python reads", b'{"a": ' + b"9" * 5000 + b"}", None),
            ("a large number", b'{"a": 99999999999999999999}', 99999999999999999999),
            ("a duplicate key", b'{"a": 1, "a": 2}', 2),
            ("half a character", b'{"a": "\\ud800"}', "\ud800"),
            ("a byte order mark", b'\xef\xbb\xbf{"a": 1}', 1),
        ],
    )
    def test_reads_a_body_with_odd_values(self, fact: str, body: bytes, value: object) -> None:
        assert read_object(body) == read_large_object(body) == {"a": value}, fact


class TestReadPage:
    @pytest.mark.parametrize(
        "body", [b"{}", b'{"value": {}}', b'{"value": null}', b'{"value": [], "@odata.nextLink": 1}']
    )
    def test_requires_a_list_and_a_readable_next_link(self, body: bytes) -> None:
        with pytest.raises(UnreadableError):
            read_page(body)

    def test_reads_the_next_link(self) -> None:
        body = json.dumps({"value": [1], "@odata.nextLink": "https://x/y"}).encode()
        assert read_page(body).next_link == "https://x/y"
        assert read_page(b'{"value": [], "@odata.nextLink": null}').next_link is None


class TestReadJobs:
    @pytest.mark.parametrize("odd", [None, 1, "x", [], {}, {"id": 1}, {"id": None}, {"id": ""}])
    def test_is_incomplete_when_an_entry_has_no_id(self, odd: object) -> None:
        jobs, is_complete = read_jobs([{"id": "a"}, odd, {"id": "b"}])
        assert [job.id for job in jobs] == ["a", "b"]
        assert not is_complete

    def test_keeps_malformed_content_of_a_job(self) -> None:
        (job,), is_complete = read_jobs([{"id": "a", "schedule": 3, "status": []}])
        assert is_complete
        assert job.raw == {"id": "a", "schedule": 3, "status": []}
        assert job.schedule_state is None

    def test_counts_a_job_on_two_pages_once(self) -> None:
        jobs, is_complete = read_jobs([{"id": "a"}, {"id": "a"}])
        assert len(jobs) == 1
        assert is_complete
