"""The alert rules of the chart, by Prometheus' own promtool: each fires when it should, and only then."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.programs.prometheus import obtain_prometheus
from entrasync.api.names import CONNECTION_KIND, KIND
from entrasync.process.observability.catalogue import METRICS
from entrasync.process.observability.metrics import Metrics
from tests.support.alert_cases import CASES, RULES, AlertCase, read_rules, scraped_at

RUNBOOKS = Path(__file__).parents[3] / "docs" / "runbooks.md"
ANNOTATIONS = {"summary", "description", "runbook_url"}


@pytest.fixture(scope="session")
def promtool() -> Path:
    return obtain_prometheus()["promtool"]


def run(promtool: Path, *arguments: str | Path, content: str | None = None) -> str:
    """Run promtool and return what it prints; fails with that when promtool fails."""
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False, input=content)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expect(case: AlertCase, time: str, *, fires: bool) -> dict[str, Any]:
    rule = read_rules()[case.alert]
    annotations = rule["annotations"] | {"description": case.description}
    alerts = (
        [{"exp_labels": rule["labels"] | dict(case.kept) | dict(case.labels), "exp_annotations": annotations}]
        if fires
        else []
    )
    return {"alertname": case.alert, "eval_time": time, "exp_alerts": alerts}


def scrape(series: str) -> str:
    """Add what Prometheus writes at the first pod to a series that does not say where it is from."""
    name, _, labels = series.rstrip("}").partition("{")
    return series if "instance=" in labels else f"{name}{{{', '.join(filter(None, (labels, scraped_at('a'))))}}}"


def check(promtool: Path, folder: Path, tests: list[dict[str, Any]]) -> None:
    file = folder / "case.yaml"
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    run(promtool, "test", "rules", file)


def write_test(series: Any, checks: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [{"series": scrape(name), "values": values} for name, values in series.items()]
    return {"interval": "1m", "input_series": rows, "alert_rule_test": checks}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.alert)
def test_an_alert_fires_while_its_cause_lasts_and_never_otherwise(
    promtool: Path, tmp_path: Path, case: AlertCase
) -> None:
    checks = [expect(case, time, fires=False) for time in case.quiet_at]
    tests = [write_test(case.series, [expect(case, case.fires_at, fires=True), *checks])]
    if case.never:
        tests.append(write_test(case.never, [expect(case, case.fires_at, fires=False)]))
    check(promtool, tmp_path, tests)


def test_a_pod_that_the_api_server_has_never_answered_says_so(promtool: Path, tmp_path: Path) -> None:
    [answered] = [case for case in CASES if case.alert == "EntraSyncApiServerSilent"]
    [series] = answered.series
    never = "The API server has not answered the operator since its start. Nothing is written to Graph meanwhile."
    fires = expect(replace(answered, description=never), "5m", fires=True)
    check(promtool, tmp_path, [write_test({series: "+Inf +Inf +Inf +Inf +Inf +Inf"}, [fires])])


def test_every_alert_has_a_case() -> None:
    assert [case.alert for case in CASES] == list(read_rules())


def test_prometheus_accepts_the_rules(promtool: Path) -> None:
    assert f"{len(CASES)} rules found" in run(promtool, "check", "rules", "--lint=all", "--lint-fatal", RULES)


@pytest.mark.parametrize("alert", read_rules())
def test_an_alert_has_a_severity_whole_sentences_and_a_runbook(alert: str) -> None:
    rule = read_rules()[alert]
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == ANNOTATIONS
    assert all(rule["annotations"][name].endswith(".") for name in ("summary", "description"))
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks.md#{alert.lower()}"


def test_the_runbooks_are_of_the_alerts_in_their_order_and_each_says_what_to_do() -> None:
    found = re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert [alert for alert, _ in found] == list(read_rules())
    for alert, text in found:
        for part in ("**Means**", "**Look at**", "**Do**"):
            assert text.count(part) == 1, f"{alert} has {part} once"


def test_the_rules_use_only_metrics_and_labels_that_the_operator_has() -> None:
    rows = {row.exposed_name: set(row.labels) for row in METRICS}
    for alert, rule in read_rules().items():
        used = re.findall(r"(entrasync_[a-z_]+?)(?:_count)?(?:{([^}]*)})?(?=[\s)\[]|$)", rule["expr"])
        assert used, alert
        for metric, matchers in used:
            assert set(re.findall(r"(\w+)=", matchers)) <= rows[metric], alert


def test_promtool_finds_nothing_to_improve_in_the_metrics(promtool: Path) -> None:
    metrics = Metrics()
    metrics.called("list_jobs", 200, 0.1, "id")
    metrics.throttled("list_jobs", 1.0)
    for kind in (KIND, CONNECTION_KIND):
        metrics.time_passes(kind).passed("settled", 0.1)
    metrics.provisioning_ended("Success")
    assert run(promtool, "check", "metrics", content=metrics.render().decode()) == ""


def test_the_rules_are_plain_yaml_without_templates_of_helm() -> None:
    assert yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
