"""The version is written once, in pyproject.toml, and what repeats it follows."""

from importlib import metadata

import yaml

from release.version import find_repetitions, find_version_faults, read_version
from tests.support.helm import CHART, ROOT


def test_every_place_that_repeats_the_version_follows_pyproject() -> None:
    assert find_version_faults(ROOT) == []


def test_chart_and_readme_repeat_the_version() -> None:
    assert {"charts/entra-sync-operator/Chart.yaml", "README.md"} <= {each.path for each in find_repetitions(ROOT)}


def test_the_installed_operator_has_the_version() -> None:
    assert metadata.version("entra-sync-operator") == read_version(ROOT)


def test_the_image_has_the_version_of_the_chart_unless_a_value_says_otherwise() -> None:
    assert yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["image"]["tag"] == ""
    rendered = (ROOT / "tests" / "data" / "chart" / "cluster.yaml").read_text(encoding="utf-8")
    assert f'/entra-sync-operator:{read_version(ROOT)}"' in rendered
