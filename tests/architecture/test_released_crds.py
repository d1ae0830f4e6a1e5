"""Today's CRDs break no object that the last recorded release let in. What counts as a break: tests/unit/release."""

from release.crds.accepted import ACCEPTED
from release.crds.baseline import CURRENT, find_breaks_since, last_record
from release.version import read_version
from tests.support.helm import ROOT


def test_todays_crds_break_no_object_of_the_last_release() -> None:
    assert find_breaks_since(last_record(ROOT), ROOT / CURRENT, ACCEPTED) == []


def test_the_recorded_release_is_not_newer_than_the_project() -> None:
    recorded, present = last_record(ROOT).name, read_version(ROOT)
    assert [int(part) for part in recorded.split("-")[0].split(".")] <= [
        int(part) for part in present.split("-")[0].split(".")
    ]
