"""What `import` writes is applied: a hundred jobs are held from then on, and Graph is written nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, has_condition
from tests.support.imports import lead_to, read_manifests, run_import
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.operator_fixtures import FAST_RATE, checked
from tests.support.plugin import Plugin
from tests.support.simulator_client import SimulatorClient

TEMPLATES = ("scim", "zendesk", "dataBricks", "Azure2Azure", "salesforce")
PRINCIPALS = 20
POLLS = 5
SEED = 3
"""No other test has its ids: a plan looks at the resources of all namespaces."""

STORED = {
    "BaseAddress": "https://scim.example.com",
    "SecretToken": "open-sesame",
    "SyncAll": "false",
    "SkipOutOfScopeDeletions": "True",
    "SyncNotificationSettings": json.dumps(
        {
            "Enabled": True,
            "Recipients": "iam@example.com, it@example.com",
            "DeleteThresholdEnabled": True,
            "DeleteThresholdValue": 500,
            "HumanResourcesLookaheadQueryEnabled": False,
        }
    ),
}


@pytest.fixture
def tenant(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator at a tenant with a fast clock, in which nobody has made a resource yet."""
    with open_environment(cluster, tmp_path, rate=FAST_RATE, seed=SEED) as environment, checked(environment):
        yield environment


def make_foreign_jobs(simulator: SimulatorClient) -> list[str]:
    """Make jobs as people do: some run, some never did, some are in quarantine. Returns their service principals."""
    principals = simulator.create_service_principals(PRINCIPALS, templates=TEMPLATES)
    for number, principal in enumerate(principals):
        for place, template in enumerate(TEMPLATES):
            job = simulator.create_job(principal.id, template, started=place % 2 == 0)
            if place == number % len(TEMPLATES):
                simulator.change_job(job.id, settings={"LookaheadQueryEnabled": "True", "Own": "1"})
            if template == "salesforce":
                simulator.quarantine(job.id, "EncounteredQuarantineException")
        if number % 2 == 0:
            simulator.set_secrets(principal.id, STORED)
    return [principal.id for principal in principals]


def is_looked_at(found: dict[str, Any]) -> bool:
    return found["status"].get("job") is not None and has_condition(found, "Applied")


def test_a_hundred_imported_jobs_are_applied_without_a_write_to_graph(
    plugin: Plugin, tenant: OperatorEnvironment, tmp_path: Path
) -> None:
    principals = make_foreign_jobs(tenant.simulator)
    answer = run_import(plugin, tenant.simulator, tmp_path / "jobs", "-o", "json")
    assert (answer.code, answer.document["summary"]["jobs"]) == (0, 100)
    tenant.simulator.clear_journal()

    tenant.cluster.apply(read_manifests(tmp_path / "jobs"), tenant.namespace)
    for item in answer.document["items"]:
        held = tenant.wait(item["name"], is_looked_at, "it matches Graph")
        assert held["status"]["job"]["id"] == item["jobId"]
    tenant.wait_polls(*principals, count=POLLS)

    journal = tenant.simulator.journal()
    assert [entry for entry in journal if entry.method != "GET" and entry.service_principal] == []
    assert tenant.simulator.secret_writes() == []

    planned = plugin.run(
        "plan", *lead_to(tenant.simulator), "-n", tenant.namespace, "-f", str(tmp_path / "jobs"), "-o", "json"
    )
    assert (planned.code, planned.document["summary"]["byOutcome"]) == (0, {"Unchanged": 100}), planned.output[-2000:]
