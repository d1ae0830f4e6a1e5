"""Runs `kubectl entrasync plan` on manifests in a folder, against the simulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from entrasync.api.names import API_VERSION, KIND
from tests.support.imports import lead_to, log_in
from tests.support.plugin import Answer, Plugin
from tests.support.simulator_client import SimulatorClient


@dataclass(frozen=True)
class Planning:
    """Plans the manifests of a folder against a simulated tenant. `options` lead to a cluster, or to none."""

    plugin: Plugin
    simulator: SimulatorClient
    folder: Path
    options: tuple[str, ...] = ("--offline",)

    def write(self, spec: Mapping[str, Any], *, name: str = "crm") -> None:
        """Write the manifest of a job."""
        self.add({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": dict(spec)}, name)

    def add(self, document: Mapping[str, Any], name: str) -> None:
        """Write any manifest."""
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(dict(document)))

    def run(self, *arguments: str) -> Answer:
        """Plan all manifests."""
        return self.run_command("plan", "-f", str(self.folder), *arguments)

    def run_command(self, *command: str) -> Answer:
        """Run another command, with the login and the options of a plan."""
        log_in(self.plugin, self.simulator)
        return self.plugin.run(*command, *lead_to(self.simulator), *self.options)

    def run_on_terminal(self, *command: str) -> tuple[int, list[str]]:
        """Run a command on a terminal. Returns its exit code and the lines on the screen."""
        log_in(self.plugin, self.simulator)
        return self.plugin.run_on_terminal(*command, *lead_to(self.simulator), *self.options)

    def plan(self, spec: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Plan one job. Returns the exit code, and what is said of it."""
        self.write(spec)
        answer = self.run("-o", "json")
        assert answer.errors == ""
        [item] = answer.document["items"]
        return answer.code, item


def spec_of(principal: str, **members: Any) -> dict[str, Any]:
    """Return the spec of a job with the template scim."""
    return {"servicePrincipal": {"objectId": principal}, "template": {"id": "scim"}, **members}


def actions_of(item: Mapping[str, Any]) -> list[str]:
    """Return what would be done, in one word each."""
    return [change["action"] for change in item["changes"]]


def differences_of(item: Mapping[str, Any], action: str) -> list[tuple[str, str | None, str | None]]:
    """Return the field, what Graph has, and what is wanted, of each difference of one action."""
    [change] = [each for each in item["changes"] if each["action"] == action]
    return [(each["field"], each["found"], each["wanted"]) for each in change["differences"]]
