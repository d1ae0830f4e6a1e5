"""Runs the commands of the guide's section on renaming and moving a resource, unchanged but for names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.operator_environment import OperatorEnvironment, condition, open_two_namespaces

GUIDE = (Path(__file__).parents[3] / "docs" / "guide.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OLD, NEW = "salesforce", "salesforce-emea"


def commands() -> list[list[str]]:
    """Read the commands of the section, each as its arguments to kubectl."""
    section = GUIDE.split("\n## Rename or move a resource\n")[1].split("\n## ")[0]
    lines = "".join(BLOCK.findall(section)).splitlines()
    return [split(line.removeprefix("$ kubectl ")) for line in lines]


def split(command: str) -> list[str]:
    """Split a command as a shell does; its quotes enclose no quotes."""
    return [word.replace("'", "") for word in re.findall(r"(?:'[^']*'|[^\s'])+", command)]


def follow(environment: OperatorEnvironment, arguments: list[str], *, to: str, manifest: str) -> None:
    """Run one command of the guide between the namespaces of a test."""
    names = {"identity": environment.namespace, "people": to}
    placed = [names.get(word, word) for word in arguments]
    if "apply" in placed:
        placed[placed.index(f"{NEW}.yaml")] = "-"
    environment.cluster.plane.kubectl(*placed, content=manifest)


def manifest_of(environment: OperatorEnvironment, principal: str) -> str:
    """Write the new manifest: the old one under the new name."""
    found = environment.job(OLD)
    spec = {"servicePrincipal": {"objectId": principal}, "template": {"id": "scim"}, "schedule": {"state": "Active"}}
    return yaml.safe_dump(
        {"apiVersion": found["apiVersion"], "kind": found["kind"], "metadata": {"name": NEW}, "spec": spec}
    )


@pytest.fixture
def namespaces(environment: OperatorEnvironment) -> Iterator[tuple[OperatorEnvironment, OperatorEnvironment]]:
    """Two namespaces with one operator."""
    with open_two_namespaces(environment) as both:
        yield both


@pytest.mark.parametrize("where", ["the same namespace", "another namespace"])
def test_the_guide_moves_a_job_without_a_write_to_graph(
    namespaces: tuple[OperatorEnvironment, OperatorEnvironment], where: str
) -> None:
    environment, target = namespaces[0], namespaces[where == "another namespace"]
    principal = environment.simulator.create_service_principal().id
    environment.apply_job(principal, name=OLD)
    environment.wait_ready(OLD)
    before, manifest = environment.writes(principal), manifest_of(environment, principal)
    patch, wait, apply, delete, wait_ready = commands()
    for arguments in (patch, wait, apply):
        follow(environment, arguments, to=target.namespace, manifest=manifest)
    conflict = target.wait_condition(NEW, "Stalled", reason="Conflict")
    assert f"set deletionPolicy: Retain on {environment.namespace}/{OLD}" in condition(conflict, "Stalled")["message"]
    for arguments in (delete, wait_ready):
        follow(environment, arguments, to=target.namespace, manifest=manifest)
    [job] = environment.simulator.jobs(principal)
    assert target.job(NEW)["status"]["job"]["id"] == job.id
    assert environment.writes(principal) == before == ["createJob", "startJob"]
