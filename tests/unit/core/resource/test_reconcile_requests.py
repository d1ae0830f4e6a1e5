"""Requests by annotation: which value the status repeats."""

import pytest

from entrasync.core.resource.reconcile_requests import find_request

OURS, FLUX = "entrasync.io/requested-at", "reconcile.fluxcd.io/requestedAt"
EARLY, LATE = "2026-11-21T03:00:00Z", "2026-11-21T03:00:00.123456789Z"


@pytest.mark.parametrize(
    ("why", "annotations", "found"),
    [
        ("none", {}, None),
        ("an empty request", {OURS: ""}, None),
        ("ours", {OURS: "a"}, "a"),
        ("the annotation of Flux", {FLUX: LATE}, LATE),
        ("annotations of others", {"entrasync.io/restart-requested-at": "a"}, None),
        ("the later of both", {OURS: LATE, FLUX: EARLY}, LATE),
        ("the later of both, by the other annotation", {OURS: EARLY, FLUX: LATE}, LATE),
        (
            "times in different time zones are compared as times",
            {OURS: "2026-11-21T04:30:00+02:00", FLUX: EARLY},
            EARLY,
        ),
        ("seconds since 1970", {OURS: "1795230001", FLUX: EARLY}, "1795230001"),
        ("a text that is no time counts as earlier than all times", {OURS: "zzz", FLUX: EARLY}, EARLY),
        ("a number that is too large is no time", {OURS: "9" * 30, FLUX: EARLY}, EARLY),
    ],
)
def test_the_latest_request_is_repeated_in_the_status(why: str, annotations: dict[str, str], found: str | None) -> None:
    assert find_request(annotations) == found, why
