"""Requests by annotation: which value the status repeats."""

import pytest

from entrasync.core.resource.reconcile_requests import find_request

OURS, FLUX = "entrasync.io/requested-at", "reconcile.fluxcd.io/requestedAt"
EARLY, LATE = "2026-11-21T03:00:00Z", "2026-11-21T03:00:00.123456789Z"


@pytest.mark.parametrize(
    ("why", "annotations", "found"),
    [
        ("none", {}, None),
        ("an empty one asks for nothing", {OURS: ""}, None),
        ("ours", {OURS: "a"}, "a"),
        ("that of Flux", {FLUX: LATE}, LATE),
        ("others mean nothing", {"entrasync.io/restart-requested-at": "a"}, None),
        ("the later of both", {OURS: LATE, FLUX: EARLY}, LATE),
        ("the later of both, whosever it is", {OURS: EARLY, FLUX: LATE}, LATE),
        ("by time and not by letters", {OURS: "2026-11-21T04:30:00+02:00", FLUX: EARLY}, EARLY),
        ("in seconds since 1970", {OURS: "1795230001", FLUX: EARLY}, "1795230001"),
        ("what is no time comes before all times", {OURS: "zzz", FLUX: EARLY}, EARLY),
        ("nor is a number without end", {OURS: "9" * 30, FLUX: EARLY}, EARLY),
    ],
)
def test_the_latest_request_is_repeated_in_the_status(why: str, annotations: dict[str, str], found: str | None) -> None:
    assert find_request(annotations) == found, why
