"""Checks which requests the audit log counts as writes."""

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


def test_the_audit_log_does_not_count_reads_as_writes(tmp_path: Path) -> None:
    found = log(tmp_path, event("get"), event("patch"), event("watch"), event("list"), event("create"))
    assert [write.verb for write in found.writes()] == ["patch", "create"]


def test_token_requests_and_access_reviews_do_not_count_as_writes(tmp_path: Path) -> None:
    token = event("create", resource="serviceaccounts", subresource="token")
    review = event("create", resource="selfsubjectaccessreviews", apiGroup="authorization.k8s.io")
    assert log(tmp_path, token, review).writes() == []


def test_writes_are_selected_by_user_and_resource(tmp_path: Path) -> None:
    found = log(tmp_path, event("patch"), event("patch", user="admin"), event("patch", resource="secrets"))
    assert len(found.writes(user="operator", resource="jobs")) == 1


def test_only_writes_after_a_position_are_counted(tmp_path: Path) -> None:
    found = log(tmp_path, event("patch"))
    since = found.position()
    log(tmp_path, event("patch"), event("delete"))
    assert [write.verb for write in found.writes(since)] == ["delete"]


def test_an_incomplete_line_of_the_audit_log_is_not_counted_yet(tmp_path: Path) -> None:
    assert len(log(tmp_path, event("patch"), event("patch")[:40]).writes()) == 1


def test_an_audit_log_that_does_not_exist_yet_is_empty(tmp_path: Path) -> None:
    found = AuditLog(tmp_path / "audit.log")
    assert (found.position(), found.writes()) == (0, [])
