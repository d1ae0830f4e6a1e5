"""Graph's answer made storable: a malformed value never affects another one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.api.job.mirror_shape import JOB_SHAPE, STATUS_SHAPE, Items, Members, Scalar, Shape
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.mirror import MAX_DEPTH, MAX_MIRROR_BYTES, MAX_STRING_BYTES, Mirror, mirror_job
from tests.support.facts import JOB, NEVER

GOOD: dict[str, Any] = {"string": "2026-10-01T00:00:00.1234567Z", "integer": 7, "boolean": True}
WRONG: dict[str, list[Any]] = {
    "string": [7, True, 5.5, [], {}, ["x"]],
    "integer": ["7", True, False, 5.5, 2**63, -(2**63) - 1, [], {}],
    "boolean": [1, 0, "true", 0.5, [], {}],
    "list": ["x", 7, True, {}],
    "object": ["x", 7, True, []],
}

Path = tuple[str, ...]


def sample(shape: Shape) -> Any:
    """Returns a value of this shape that has every property."""
    match shape:
        case Scalar():
            return GOOD[shape.kind]
        case Items():
            return [sample(shape.of)]
        case Members():
            return {name: sample(member) for name, member in shape.members.items()}


def places(shape: Shape, path: Path = ()) -> list[tuple[Path, Shape]]:
    """Every property at every depth; `*` is the one item of a list."""
    match shape:
        case Members():
            below = [((*path, name), member) for name, member in shape.members.items()]
        case Items():
            below = [((*path, "*"), shape.of)]
        case Scalar():
            below = []
    return below + [deeper for place, member in below for deeper in places(member, place)]


STATUS_PLACES = places(STATUS_SHAPE)
JOB_PLACES = [place for place in places(JOB_SHAPE) if place[0] != ("id",)]


def put(document: Any, path: Path, value: Any) -> Any:
    """Returns the document with another value at a path."""
    if not path:
        return value
    if path[0] == "*":
        return [put(document[0], path[1:], value)]
    return document | {path[0]: put(document[path[0]], path[1:], value)}


def without(document: Any, path: Path) -> Any:
    """Returns the document without the value at a path. A list loses its item."""
    if len(path) == 1:
        return [] if path[0] == "*" else {name: value for name, value in document.items() if name != path[0]}
    if path[0] == "*":
        return [without(document[0], path[1:])]
    return document | {path[0]: without(document[path[0]], path[1:])}


def mirrored(status: Any = None, **job: Any) -> Mirror:
    return mirror_job(RemoteJob(JOB, sample(JOB_SHAPE) | {"id": JOB, "status": status} | job))


def status_of(status: Any) -> dict[str, Any]:
    return mirrored(status).synchronization_status


def kind_of(shape: Shape) -> str:
    match shape:
        case Scalar():
            return shape.kind
        case Items():
            return "list"
        case Members():
            return "object"


FULL = sample(STATUS_SHAPE)


def test_a_complete_answer_is_kept_completely() -> None:
    mirror = mirrored(FULL)
    assert mirror.synchronization_status == FULL
    assert mirror.job == sample(JOB_SHAPE) | {"id": JOB}
    assert mirror.complaints == ()


@pytest.mark.parametrize(("path", "shape"), STATUS_PLACES, ids=[".".join(path) for path, _ in STATUS_PLACES])
class TestStatusProperties:
    def test_a_null_property_equals_an_absent_one_and_affects_no_other(self, path: Path, shape: Shape) -> None:
        expected = without(FULL, path)
        assert status_of(put(FULL, path, None)) == expected
        assert status_of(expected) == expected

    def test_a_property_of_a_wrong_type_is_left_out_alone(self, path: Path, shape: Shape) -> None:
        for wrong in WRONG[kind_of(shape)]:
            mirror = mirrored(put(FULL, path, wrong))
            assert mirror.synchronization_status == without(FULL, path), wrong
            assert len(mirror.complaints) == 1
            assert path[-1] in mirror.complaints[0] or path[-1] == "*"


@pytest.mark.parametrize(("path", "shape"), JOB_PLACES, ids=[".".join(path) for path, _ in JOB_PLACES])
def test_every_property_of_the_job_may_be_null_absent_or_wrong(path: Path, shape: Shape) -> None:
    whole = sample(JOB_SHAPE) | {"id": JOB}
    for odd in (None, *WRONG[kind_of(shape)]):
        assert mirrored(**put(whole, path, odd)).job == without(whole, path), odd


STRINGS = [path for path, shape in STATUS_PLACES if shape == Scalar("string")]


@pytest.mark.parametrize("path", STRINGS, ids=[".".join(path) for path in STRINGS])
class TestTexts:
    @pytest.mark.parametrize("never", [NEVER, "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00+00:00"])
    def test_a_time_in_the_year_1_means_never_and_is_left_out(self, path: Path, never: str) -> None:
        assert status_of(put(FULL, path, never)) == without(FULL, path)

    @pytest.mark.parametrize(
        ("odd", "kept"),
        [
            ("Invented", "Invented"),
            ("", ""),
            ("2017-07-19T14:55:58.5434447Z", "2017-07-19T14:55:58.5434447Z"),
            ("a\ud800b", "a\ufffdb"),
            ("\udfff", "\ufffd"),
            ("\ud83d\ude00", "\U0001f600"),
            ("\x00\x01", "\x00\x01"),
        ],
    )
    def test_a_text_is_kept_as_it_came_or_made_valid(self, path: Path, odd: str, kept: str) -> None:
        assert status_of(put(FULL, path, odd)) == put(FULL, path, kept)

    @pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
    def test_a_text_of_a_megabyte_is_cut(self, path: Path, letter: str) -> None:
        mirror = mirrored(put(FULL, path, letter * (1_000_000 // len(letter.encode()))))
        expected = letter * (MAX_STRING_BYTES // len(letter.encode()))
        assert mirror.synchronization_status == put(FULL, path, expected)
        assert mirror.complaints == (
            f"synchronizationStatus.{'.'.join(path).replace('.*', '[0]')} was cut at 4096 bytes",
        )


OBJECTS = [(), *(path for path, shape in STATUS_PLACES if isinstance(shape, Members))]


@pytest.mark.parametrize("path", OBJECTS, ids=[".".join(path) or "status" for path in OBJECTS])
class TestObjects:
    def value_at(self, path: Path) -> Any:
        value = FULL
        for name in path:
            value = value[0] if name == "*" else value[name]
        return value

    def test_an_object_keeps_members_that_graph_adds_later(self, path: Path) -> None:
        extra = {"x": [1, 2.5, {"y": "z", "list": [[True]]}], "empty": {}, "none": []}
        document = put(FULL, path, self.value_at(path) | {"added": extra})
        assert status_of(document) == document

    def test_an_unknown_member_loses_its_nulls(self, path: Path) -> None:
        value = self.value_at(path)
        document = put(FULL, path, value | {"added": {"a": None, "b": [None, 1, {"c": None}]}})
        assert status_of(document) == put(FULL, path, value | {"added": {"b": [1, {}]}})

    @pytest.mark.parametrize("name", ["@odata.type", "code@odata.type", "x" * 300])
    def test_an_object_loses_members_about_the_protocol(self, path: Path, name: str) -> None:
        assert status_of(put(FULL, path, self.value_at(path) | {name: "x"})) == FULL

    def test_an_object_loses_only_the_malformed_member_among_unknown_ones(self, path: Path) -> None:
        odd = {"huge": 2**63, "infinite": float("inf"), "nan": float("nan"), "object": object()}
        assert status_of(put(FULL, path, self.value_at(path) | odd)) == FULL


def test_null_items_are_left_out_of_lists() -> None:
    progress = FULL["progress"]
    assert status_of(FULL | {"progress": [None, *progress, None]})["progress"] == progress


def test_the_smallest_and_largest_64_bit_integers_are_kept() -> None:
    for number in (2**63 - 1, -(2**63)):
        assert status_of({"countSuccessiveCompleteFailures": number}) == {"countSuccessiveCompleteFailures": number}


@pytest.mark.parametrize("status", [None, "x", 7, [], True, [FULL]])
def test_a_status_that_is_no_object_leaves_the_rest_of_the_job(status: object) -> None:
    mirror = mirrored(status)
    assert mirror.synchronization_status == {}
    assert mirror.job["id"] == JOB


PLACEHOLDER: dict[str, Any] = {
    "state": "Failed",
    "activityIdentifier": None,
    "timeBegan": NEVER,
    "timeEnded": NEVER,
    "error": {"code": "None", "message": "", "tenantActionable": False},
    "countExported": 0,
}


class TestRunThatNeverHappened:
    def test_a_run_that_never_happened_is_left_out(self) -> None:
        assert status_of({"code": "NotRun", "lastExecution": PLACEHOLDER}) == {"code": "NotRun"}

    @pytest.mark.parametrize(
        "overlay",
        [
            {"state": "Succeeded"},
            {"timeEnded": "2026-10-01T00:00:00Z"},
            {"timeBegan": "2026-10-01T00:00:00Z"},
            {"error": {"code": "Real"}},
            {"error": None},
        ],
    )
    def test_a_run_that_happened_is_kept(self, overlay: dict[str, Any]) -> None:
        assert "lastExecution" in status_of({"lastExecution": PLACEHOLDER | overlay})

    def test_a_run_that_never_happened_is_left_out_of_the_last_execution_only(self) -> None:
        assert "lastSuccessfulExecution" in status_of({"lastSuccessfulExecution": PLACEHOLDER})


class TestSize:
    def test_the_largest_properties_are_left_out_until_the_rest_fits(self) -> None:
        entries = [{"key": "x" * 4000, "value": 1}] * 100
        mirror = mirrored(FULL | {"synchronizedEntryCountByType": entries})
        assert mirror.synchronization_status == without(FULL, ("synchronizedEntryCountByType",))
        assert "synchronizedEntryCountByType was left out" in mirror.complaints[-1]

    def test_the_jobs_own_properties_are_bounded_too(self) -> None:
        settings = [{"name": f"n{number}", "value": "x" * 4000} for number in range(100)]
        mirror = mirrored(FULL, synchronizationJobSettings=settings)
        assert "synchronizationJobSettings" not in mirror.job
        assert mirror.job["id"] == JOB

    def test_many_small_members_are_cut(self) -> None:
        mirror = mirrored({f"member-{number}": "x" for number in range(50_000)})
        assert len(json.dumps(mirror.synchronization_status)) <= MAX_MIRROR_BYTES + 200_000

    def test_deep_nesting_is_cut(self) -> None:
        deep: dict[str, Any] = {}
        for _ in range(500):
            deep = {"deeper": deep}
        mirror = mirrored(FULL | {"added": deep})
        assert without(mirror.synchronization_status, ("added",)) == FULL
        assert f"nested more than {MAX_DEPTH} levels deep" in mirror.complaints[0]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([NEVER, "\ud800", 2**63, -1]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = sorted({path[-1] for path, _ in STATUS_PLACES + JOB_PLACES} - {"*"})
LIKELY = st.recursive(
    ANYTHING,
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=10,
)


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return value is None or (isinstance(value, list) and any(map(has_null, value)))


@given(LIKELY, LIKELY)
def test_no_answer_breaks_the_mirror(status: Any, schedule: Any) -> None:
    mirror = mirror_job(RemoteJob(JOB, {"id": JOB, "status": status, "schedule": schedule}))
    for part in (mirror.job, mirror.synchronization_status):
        json.dumps(part, ensure_ascii=False, allow_nan=False).encode()
        assert not has_null(part)


@given(LIKELY)
def test_a_stored_mirror_is_mirrored_unchanged(status: Any) -> None:
    """Otherwise each idle poll would write."""
    once = mirrored(status).synchronization_status
    stored = json.loads(json.dumps(once))
    again = mirrored(stored)
    assert again.synchronization_status == once
