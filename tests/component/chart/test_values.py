"""The values of the chart: their comments, their schema and their defaults."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.chart_readme import read_rows, write_readme
from tests.support.helm import CHART, ROOT, Helm, documents

VALUES = (CHART / "values.yaml").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
ABOUT_CHART: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

READ_WHOLE = ("podSecurityContext", "securityContext", "resources")
"""Values that are Kubernetes' own objects."""


def test_every_value_has_a_comment() -> None:
    """The nearest line above each value, at its depth or in the block of its neighbour, is a comment."""
    assert list(uncommented(VALUES)) == []


def test_values_and_schema_have_the_same_keys() -> None:
    """`enabled` is for charts that include this one, and a probe may have a delay that ours do not need."""
    unset = {"enabled", *(f"{name}Probe.initialDelaySeconds" for name in ("startup", "liveness", "readiness"))}
    named = {path for path in named_properties(SCHEMA) if not path.startswith("strategy.")}
    assert set(named_values(yaml.safe_load(VALUES))) == named - unset | {"strategy"}


def test_the_set_that_has_everything_leaves_only_these_values_at_their_defaults() -> None:
    text = (ROOT / "tests" / "data" / "chart" / "values" / "everything.yaml").read_text(encoding="utf-8")
    defaults, everything = yaml.safe_load(VALUES), yaml.safe_load(text)
    same = [path for path in named_values(defaults) if value_at(everything, path) == value_at(defaults, path)]
    unset = ("simulator", "metrics.service", "metrics.podMonitor", "metrics.prometheusRule", "metrics.grafanaDashboard")
    assert same == [f"{part}.enabled" for part in unset]


def write_including_chart(folder: Path, values: dict[str, Any], **included: str) -> None:
    """Write a chart that includes this one, with more properties of the dependency."""
    about = {"apiVersion": "v2", "name": "platform", "version": "1.0.0"}
    dependency = {"name": ABOUT_CHART["name"], "version": ABOUT_CHART["version"], **included}
    (folder / "charts").mkdir()
    (folder / "charts" / CHART.name).symlink_to(CHART)
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about | {"dependencies": [dependency]}), encoding="utf-8")
    (folder / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")


def test_the_chart_can_be_included_by_another_under_a_condition(helm: Helm, tmp_path: Path) -> None:
    values = {
        "global": {"region": "west"},
        "entra-sync-operator": {"enabled": True, "image": {"repository": "registry.example.com/operator"}},
    }
    write_including_chart(tmp_path, values, condition="entra-sync-operator.enabled")
    assert "kind: Deployment" in helm("template", "platform", tmp_path)
    assert "kind: Deployment" not in helm("template", "platform", tmp_path, "--set=entra-sync-operator.enabled=false")


@pytest.mark.parametrize(
    ("alias", "name"), [("entraSync", "entra-sync"), ("entra_sync", "entra-sync"), ("entra2", "entra2")]
)
def test_a_chart_included_by_another_name_has_names_that_a_cluster_takes(
    helm: Helm, tmp_path: Path, alias: str, name: str
) -> None:
    write_including_chart(tmp_path, {alias: {"image": {"repository": "registry.example.com/operator"}}}, alias=alias)
    rendered = documents(helm("template", "platform", tmp_path, f"--set={alias}.crds.enabled=false"))
    names = {each["metadata"]["name"] for each in rendered}
    assert f"platform-{name}" in names
    assert [each for each in names if not each.startswith(f"platform-{name}")] == []
    assert {each["metadata"]["labels"]["app.kubernetes.io/name"] for each in rendered} == {name}


def test_every_template_stands_values_that_are_missing(helm: Helm) -> None:
    """As `helm upgrade --reuse-values` leaves them out that an earlier chart did not have."""
    values = yaml.safe_load(VALUES)
    groups = {name: None for name in values if name not in ("image", *READ_WHOLE)}
    leaves = {path: None for path in named_values(values) if path not in ("image.repository", *READ_WHOLE)}
    complete = helm.render("entra")
    assert helm.render("entra", values=groups) == complete
    assert helm.render("entra", *(f"--set={path}=null" for path in leaves)) == complete


def test_null_for_what_kubernetes_reads_whole_means_none(helm3: Helm) -> None:
    rendered = helm3.render("entra", values=dict.fromkeys(READ_WHOLE))
    [pod] = [each["spec"]["template"]["spec"] for each in documents(rendered) if each["kind"] == "Deployment"]
    assert (pod["securityContext"], pod["containers"][0]["resources"]) == (None, None)


def test_the_copy_of_the_values_that_templates_read_is_current() -> None:
    copy = (CHART / "files" / "defaults.yaml").read_text(encoding="utf-8")
    assert copy == VALUES, "files/defaults.yaml differs from values.yaml: run `make crds`"


def test_the_schema_closes_every_object_and_describes_every_property() -> None:
    for path, schema in properties(SCHEMA):
        assert schema.get("description"), path
        is_open = path == "global"  # the others' values are there too
        assert is_open or "properties" not in schema or schema["additionalProperties"] is False, path


def test_the_charts_readme_has_every_value_with_its_default_and_comment() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    assert write_readme(readme, VALUES) == readme, "the table is not current: run `make crds`"
    rows = list(read_rows(VALUES))
    told = {name for row in rows for name in row.defaults}
    assert set(named_values(yaml.safe_load(VALUES))) <= told
    assert all(row.comment for row in rows)


def test_artifact_hub_is_told_of_every_crd() -> None:
    told = yaml.safe_load(ABOUT_CHART["annotations"]["artifacthub.io/crds"])
    crds = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "crds").glob("*.yaml")]
    assert {(each["name"], each["kind"], each["version"]) for each in told} == {
        (crd["metadata"]["name"], crd["spec"]["names"]["kind"], crd["spec"]["versions"][0]["name"]) for crd in crds
    }


def test_the_chart_has_the_version_of_the_operator() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ABOUT_CHART["appVersion"] == ABOUT_CHART["version"] == project["version"]
    assert ABOUT_CHART["name"] == project["name"]


def uncommented(text: str) -> Iterator[str]:
    """Yield the values without a comment. One comment may be about all lines that follow it directly."""
    is_told, told_depth = False, 0
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            is_told = False
        elif line.lstrip().startswith("#"):
            is_told, told_depth = True, depth
        elif re.match(r"\s*[A-Za-z]+:", line):
            is_group = line.rstrip().endswith(":")
            if not (is_told and depth >= told_depth) and not is_group:
                yield line


def named_values(values: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        here = f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) and value and not here.lower().endswith(("securitycontext", "resources")):
            yield from named_values(value, here)
        else:
            yield here


def value_at(values: dict[str, Any], path: str) -> object:
    """Return the value at a path; a KeyError says that a set of values lacks it."""
    return reduce(lambda found, name: found[name], path.split("."), values)


def properties(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, member in schema.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        yield here, member
        yield from properties(member, here)


def named_properties(schema: dict[str, Any]) -> Iterator[str]:
    for path, member in properties(schema):
        if "properties" not in member:
            yield path
