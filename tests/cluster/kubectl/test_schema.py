"""`schema export` and `schema diff` of a resource in the cluster."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import remove_all
from tests.support.plans import Planning, spec_of
from tests.support.plugin import Plugin
from tests.support.schemas_in_spec import mapping_schema
from tests.support.simulator_client import Principal, SimulatorClient
from tests.support.simulator_fixtures import principal

__all__ = ["principal"]


@pytest.fixture
def planning(
    plugin: Plugin, simulator: SimulatorClient, principal: Principal, own_jobs: Jobs, tmp_path: Path
) -> Iterator[Planning]:
    """A resource that names a job of the tenant, and wants another mapping."""
    job = simulator.create_job(principal.id, "scim", started=True)
    schema = mapping_schema({"target": "nickName", "attribute": "mailNickname"})
    spec = spec_of(principal.id, jobId=job.id, schema=schema)
    own_jobs.create({"metadata": {"name": "crm"}, "spec": spec})
    yield Planning(plugin, simulator, tmp_path, ("-n", own_jobs.namespace))
    remove_all(own_jobs)


def test_export_prints_the_schema_in_each_form(planning: Planning, simulator: SimulatorClient) -> None:
    [job] = simulator.jobs()
    as_yaml, as_json, as_config_map = (
        planning.run_command("schema", "export", "crm", "-o", form) for form in ("yaml", "json", "configmap")
    )
    assert (as_yaml.code, as_json.code, as_config_map.code) == (0, 0, 0), as_yaml.errors
    schema = json.loads(as_json.output)
    assert schema == yaml.safe_load(as_yaml.output)
    assert schema["synchronizationRules"] == simulator.schema(job.id)["synchronizationRules"]
    config_map = yaml.safe_load(as_config_map.output)
    assert config_map["metadata"]["name"] == "crm-schema"
    assert json.loads(config_map["data"]["schema.json"]) == schema


def test_diff_of_a_name_compares_what_is_stored(planning: Planning) -> None:
    answer = planning.run_command("schema", "diff", "crm")
    assert answer.code == 1
    assert "set rules[" in answer.output
    assert "attributeMappings[nickName] to [mailNickname]" in answer.output


def test_export_of_a_job_without_rights_names_the_verb(planning: Planning) -> None:
    answer = planning.run_command("schema", "export", "crm", "--as", "anna")
    assert answer.code == 2
    assert "You may not get synchronizationjobs.entrasync.io" in answer.errors
