"""What Argo CD says of our objects and does to them by the scripts of examples/gitops/argo-cd, which its Lua runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrasync.api.names import HOLD_UNTIL_ANNOTATION, KIND, REQUEST_ANNOTATIONS, RESTART_ANNOTATION
from entrasync.core.primitives.times import parse_time
from tests.support.gitops.argo_cd import (
    CUSTOMIZATIONS,
    KINDS_WITH_ACTIONS,
    SOME_TIME,
    action_scripts,
    discovery_script,
    generated_files,
    health_script,
)
from tests.support.gitops.engines import Engines, ScriptFailed
from tests.support.gitops.phase import CURRENT, FAILED, IN_PROGRESS, KINDS, TERMINATING, Phase

HEALTH = {IN_PROGRESS: "Progressing", CURRENT: "Healthy", FAILED: "Degraded", TERMINATING: "Progressing"}
TIMES = (REQUEST_ANNOTATIONS[0], RESTART_ANNOTATION, HOLD_UNTIL_ANNOTATION)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


HEALTH_TESTS = [(kind, test) for kind in KINDS for test in read(CUSTOMIZATIONS / kind / "health_test.yaml")["tests"]]


def action_tests(name: str) -> list[Any]:
    """Read the tests of the actions of all kinds, each with its kind."""
    folders = {kind: CUSTOMIZATIONS / kind / "actions" for kind in KINDS_WITH_ACTIONS}
    return [
        pytest.param(kind, test, id=f"{kind} {test.get('action') or test['inputPath']}")
        for kind, folder in folders.items()
        for test in read(folder / "action_test.yaml")[name]
    ]


def actions_file(kind: str, path: str) -> Any:
    return read(CUSTOMIZATIONS / kind / "actions" / path)


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """Put a fixed time into the annotations that have one."""
    annotations = found["metadata"]["annotations"]
    fixed = {name: SOME_TIME if name in TIMES else value for name, value in annotations.items()}
    return found | {"metadata": found["metadata"] | {"annotations": fixed}}


def test_the_generated_files_are_current(phases: list[Phase]) -> None:
    for path, content in generated_files(phases):
        assert path.exists(), f"{path} is not there. Run: make golden"
        assert path.read_text(encoding="utf-8") == content, f"{path} is not current. Run: make golden"


class TestHealth:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_in_each_phase_what_kstatus_says(self, engines: Engines, phases: list[Phase], kind: str) -> None:
        ours = [phase for phase in phases if phase.kind == kind]
        said = engines.lua(health_script(kind).text, [phase.object for phase in ours])
        wanted = {
            phase.name: "Suspended" if phase.object["spec"].get("suspend") else HEALTH[phase.verdict] for phase in ours
        }
        assert {phase.name: each["status"] for phase, each in zip(ours, said, strict=True)} == wanted

    def test_of_an_object_without_a_status_is_progressing(self, engines: Engines, phases: list[Phase]) -> None:
        for phase in phases:
            bare = {name: value for name, value in phase.object.items() if name != "status"}
            [said] = engines.lua(health_script(phase.kind).text, [bare])
            assert said["status"] == "Progressing"

    @pytest.mark.parametrize(("kind", "test"), HEALTH_TESTS, ids=lambda each: each if isinstance(each, str) else "")
    def test_is_what_the_test_in_argo_cds_own_layout_says(
        self, engines: Engines, kind: str, test: dict[str, Any]
    ) -> None:
        [said] = engines.lua(health_script(kind).text, [read(CUSTOMIZATIONS / kind / test["inputPath"])])
        assert said == test["healthStatus"]

    def test_has_a_test_for_each_of_its_data(self) -> None:
        told = {CUSTOMIZATIONS / kind / test["inputPath"] for kind, test in HEALTH_TESTS}
        assert told == set(CUSTOMIZATIONS.glob("*/testdata/*.yaml"))


class TestActions:
    @pytest.mark.parametrize(("kind", "test"), action_tests("discoveryTests"))
    def test_are_offered_as_the_test_in_argo_cds_own_layout_says(
        self, engines: Engines, kind: str, test: dict[str, Any]
    ) -> None:
        [said] = engines.lua(discovery_script(kind).text, [actions_file(kind, test["inputPath"])])
        assert {name: action["disabled"] for name, action in said.items()} == {
            action["name"]: action["disabled"] for action in test["result"]
        }

    @pytest.mark.parametrize("kind", KINDS_WITH_ACTIONS)
    def test_are_those_that_are_offered(self, engines: Engines, phases: list[Phase], kind: str) -> None:
        objects = [phase.object for phase in phases if phase.kind == kind]
        for said in engines.lua(discovery_script(kind).text, objects):
            assert set(said) == set(action_scripts(kind))

    @pytest.mark.parametrize(("kind", "test"), action_tests("actionTests"))
    def test_change_what_the_test_in_argo_cds_own_layout_says(
        self, engines: Engines, kind: str, test: dict[str, Any]
    ) -> None:
        script, before = action_scripts(kind)[test["action"]].text, actions_file(kind, test["inputPath"])
        parameters = test.get("parameters", {})
        if (message := test.get("expectedErrorMessage")) is not None:
            with pytest.raises(ScriptFailed, match=message):
                engines.lua(script, [before], **parameters)
            return
        [said] = engines.lua(script, [before], **parameters)
        assert without_times(said) == actions_file(kind, test["expectedOutputPath"])

    @pytest.mark.parametrize("kind", KINDS_WITH_ACTIONS)
    def test_are_all_tested(self, kind: str) -> None:
        tests = actions_file(kind, "action_test.yaml")["actionTests"]
        assert {test["action"] for test in tests} == set(action_scripts(kind))

    @pytest.mark.parametrize("name", ["reconcile", "restart"])
    def test_write_a_time_that_the_operator_reads(self, engines: Engines, name: str) -> None:
        annotations = self.annotations_after(engines, name)
        [found] = [value for key, value in annotations.items() if key in TIMES]
        time = parse_time(found)
        assert time is not None
        assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)

    @pytest.mark.parametrize(("parameters", "hours"), [({}, 8), ({"hours": ""}, 8), ({"hours": "72"}, 72)])
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Lima"])
    def test_hold_the_job_for_so_many_hours_in_whatever_zone_argo_cd_runs(
        self, engines: Engines, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], hours: int, zone: str
    ) -> None:
        monkeypatch.setenv("TZ", zone)
        until = parse_time(self.annotations_after(engines, "hold", **parameters)[HOLD_UNTIL_ANNOTATION])
        assert until is not None
        assert abs(until - datetime.now(UTC) - timedelta(hours=hours)) < timedelta(minutes=1)

    def annotations_after(self, engines: Engines, name: str, **parameters: str) -> dict[str, str]:
        before = actions_file(KIND, "testdata/running.yaml")
        [said] = engines.lua(action_scripts()[name].text, [before], **parameters)
        found: dict[str, str] = said["metadata"]["annotations"]
        return found
