"""Flags and variables that the chart refuses in extraArgs and extraEnv, because it has a value for each of them."""

import re
from typing import Any

import pytest
import yaml

from entrasync.process.settings.operator_connection import PREFIX
from entrasync.process.settings.run import RunSettings
from tests.component.chart.test_values import value_at
from tests.support.helm import CHART, Helm, HelmError, documents

DEFAULTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
POD = (CHART / "templates" / "_pod.tpl").read_text(encoding="utf-8")
RENDERED = re.findall(r"^- --([a-z-]+)", POD, re.MULTILINE)
VARIABLES = re.findall(rf'"{PREFIX}([A-Z_]+)"', POD)
FLAGS = sorted({*RENDERED, *(name.lower().replace("_", "-") for name in VARIABLES)})
"""Every flag that the template of the pod writes, itself or as a variable."""

FREE = ("concurrency", "replication-bound", "http-host", "graph-url", "authority", "ca-file", "api-version")
TRIAL: dict[str, Any] = {"simulator": {"enabled": True}}


def refusal(helm: Helm, values: dict[str, Any]) -> str:
    with pytest.raises(HelmError) as refused:
        helm.render("entra", values=values)
    [sentence] = [line for line in str(refused.value).splitlines() if "execution error" in line]
    return sentence


def variable(flag: str) -> str:
    return f"{PREFIX}{flag.replace('-', '_').upper()}"


def test_the_template_writes_flags_of_the_operator_as_flags_and_as_variables() -> None:
    known = {name.replace("_", "-") for name in RunSettings.model_fields}
    assert {"leader-election", "lease-name", "http-port", "log-format"} <= set(RENDERED) <= known
    assert {"TENANT_ID", "CLIENT_ID"} == set(VARIABLES)


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_that_the_chart_sets_is_refused_with_the_value_to_set_instead(helm3: Helm, flag: str) -> None:
    sentence = refusal(helm3, {"extraArgs": ["--concurrency=64", f"--{flag}=x"]})
    [path] = re.findall(rf": extraArgs has --{flag}: set ([A-Za-z.]+) instead\.$", sentence)
    value_at(DEFAULTS, path)
    sentence = refusal(helm3, {"extraEnv": [{"name": variable(flag), "value": "x"}]})
    assert sentence.endswith(f": extraEnv has {variable(flag)}: set {path} instead.")


@pytest.mark.parametrize(
    "words",
    [["--leader-election", "false"], ["--no-leader-election"]],
    ids=["its value is a word of its own", "negated"],
)
def test_a_flag_is_refused_however_it_is_spelled(helm: Helm, words: list[str]) -> None:
    sentence = refusal(helm, {"extraArgs": words})
    assert sentence.endswith(f"extraArgs has {words[0]}: set leaderElection.enabled instead.")


def test_a_variable_is_refused_in_small_letters_too(helm3: Helm) -> None:
    """The operator reads its variables without regard to case."""
    sentence = refusal(helm3, {"extraEnv": [{"name": "entrasync_leader_election", "value": "false"}]})
    assert sentence.endswith("extraEnv has entrasync_leader_election: set leaderElection.enabled instead.")


def test_flags_and_variables_that_the_chart_has_no_value_for_stay_allowed(helm3: Helm) -> None:
    arguments = [*(f"--{flag}=x" for flag in FREE), "--ca-file", "clouds"]
    environment = [{"name": variable(flag), "value": "x"} for flag in FREE] + [{"name": "LEADER_ELECTION"}]
    rendered = documents(helm3.render("entra", values={"extraArgs": arguments, "extraEnv": environment}))
    [deployment] = [each for each in rendered if each["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["args"][-len(arguments) :] == arguments
    assert container["env"][-len(environment) :] == environment


@pytest.mark.parametrize("flag", ["graph-url", "authority"])
def test_a_trial_refuses_another_address_of_graph(helm3: Helm, flag: str) -> None:
    sentence = refusal(helm3, TRIAL | {"extraArgs": [f"--{flag}=https://graph.example"]})
    assert sentence.endswith(f"extraArgs has --{flag}: set simulator.enabled=false instead.")
