"""Tests that share an operator run on one worker: on two, each worker would start an operator of its own."""

import pytest

from tests.support.worker_groups import group_of, rank_of


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tests/cluster/crash/test_kills.py::TestAnOperatorThatIsKilled::test_it[a/b::c]", "tests/cluster/crash"),
        ("tests/cluster/crash/test_lost_answers.py::test_it", "tests/cluster/crash"),
        ("tests/cluster/test_demo.py::test_it", "tests/cluster/test_demo.py"),
        ("tests/component/chart/test_golden.py::test_it", "tests/component/chart/test_golden.py"),
        ("tests/unit/core/test_plan.py::test_it", "tests/unit/core/test_plan.py"),
    ],
)
def test_the_tests_of_a_cluster_folder_are_one_group_and_so_are_those_of_any_other_file(test: str, group: str) -> None:
    assert group_of(test) == group


def test_long_groups_begin_before_quick_ones() -> None:
    files = [
        "unit/core/test_plan.py",
        "cluster/test_constraints.py",
        "cluster/test_demo.py",
        "cluster/crash/test_kills.py",
    ]
    assert sorted((f"tests/{file}" for file in files), key=rank_of) == [f"tests/{file}" for file in reversed(files)]
