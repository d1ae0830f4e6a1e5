"""Counting writes by the audit log."""

import json
from pathlib import Path

from control_plane.audit import AuditLog


def event(verb: str, user: str = "operator", resource: str = "jobs", **reference: str) -> str:
    found = {
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": resource, **reference},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": "2026-01-02T03:04:05.678901Z",
    }
    return json.dumps(found) + "\n"


def log(folder: Path, *events: str) -> AuditLog:
    (folder / "audit.log").write_text("".join(events))
    return AuditLog(folder / "audit.log")


def test_reads_are_no_writes(tmp_path: Path) -> None:
    found = log(tmp_path, event("get"), event("patch"), event("watch"), event("list"), event("create"))
    assert [write.verb for write in found.writes()] == ["patch", "create"]


def test_asking_for_a_token_or_for_leave_is_no_write(tmp_path: Path) -> None:
    token = event("create", resource="serviceaccounts", subresource="token")
    leave = event("create", resource="selfsubjectaccessreviews", apiGroup="authorization.k8s.io")
    assert log(tmp_path, token, leave).writes() == []


def test_writes_are_told_apart_by_user_and_resource(tmp_path: Path) -> None:
    found = log(tmp_path, event("patch"), event("patch", user="admin"), event("patch", resource="secrets"))
    assert len(found.writes(user="operator", resource="jobs")) == 1


def test_only_what_comes_after_a_position_is_counted(tmp_path: Path) -> None:
    found = log(tmp_path, event("patch"))
    since = found.position()
    log(tmp_path, event("patch"), event("delete"))
    assert [write.verb for write in found.writes(since)] == ["delete"]


def test_a_line_that_is_still_being_written_is_left_for_the_next_time(tmp_path: Path) -> None:
    assert len(log(tmp_path, event("patch"), event("patch")[:40]).writes()) == 1


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    found = AuditLog(tmp_path / "audit.log")
    assert (found.position(), found.writes()) == (0, [])
