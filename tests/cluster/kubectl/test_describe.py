"""`kubectl entrasync describe` against a real API server."""

from typing import Any

import pytest
import yaml

from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import allow
from tests.support.described_job import QUARANTINE_MESSAGE, SPEC, STATUS
from tests.support.plugin import Plugin

READS = {"apiGroups": ["entrasync.io"], "resources": ["synchronizationjobs"], "verbs": ["get", "list"]}


@pytest.fixture
def job(own_jobs: Jobs) -> dict[str, Any]:
    """A job in quarantine, with an Event."""
    made = own_jobs.create({"metadata": {"name": "crm"}, "spec": SPEC})
    job = own_jobs.change(made, {"status": STATUS})
    reference = {"apiVersion": job["apiVersion"], "kind": job["kind"], **_pick(job["metadata"])}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "crm.", "namespace": own_jobs.namespace},
        "involvedObject": reference,
        "type": "Warning",
        "reason": "Quarantined",
        "message": "Graph holds the job in quarantine.",
        "lastTimestamp": "2026-11-30T10:02:00Z",
        "count": 2,
    }
    own_jobs.cluster.create("events", event, own_jobs.namespace)
    return job


def _pick(metadata: dict[str, Any]) -> dict[str, str]:
    return {name: metadata[name] for name in ("namespace", "name", "uid")}


class TestDescribe:
    def test_of_an_ill_job_ends_with_1_and_has_all_sections(self, plugin: Plugin, job: dict[str, Any]) -> None:
        answer = plugin.run("describe", "crm", "-n", job["metadata"]["namespace"], "-o", "json")
        assert answer.code == 1
        described = answer.document
        assert (described["name"], described["health"]) == ("crm", "Quarantined")
        assert described["spec"]["manages"] == [
            "credentials of the app",
            "notifications of the app",
            "1 of its settings",
        ]
        assert described["graph"]["synchronizationStatus"]["code"] == "Quarantine"
        assert described["quarantine"]["message"] == QUARANTINE_MESSAGE
        assert described["runs"]["lastExecution"]["state"] == "Failed"
        assert [event["reason"] for event in described["events"]] == ["Quarantined"]
        assert described["links"]["adminCenter"].startswith("https://entra.microsoft.com/")

    def test_is_the_same_as_yaml(self, plugin: Plugin, job: dict[str, Any]) -> None:
        where = ("-n", job["metadata"]["namespace"])
        as_yaml = yaml.safe_load(plugin.run("describe", "crm", *where, "-o", "yaml").output)
        as_json = plugin.run("describe", "crm", *where, "-o", "json").document
        assert as_yaml.keys() == as_json.keys()
        assert as_yaml["quarantine"] == as_json["quarantine"]

    def test_can_be_read_on_a_terminal_of_80_columns(self, plugin: Plugin, job: dict[str, Any]) -> None:
        code, lines = plugin.run_on_terminal("describe", "crm", "-n", job["metadata"]["namespace"])
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert lines[0] == f"{job['metadata']['namespace']}/crm  Quarantined"
        titles = [line for line in lines[1:] if line and not line.startswith(" ")]
        assert titles == [
            "What the spec wants",
            "What Graph shows",
            "Drift",
            "Last runs",
            "Quarantine",
            "Holds, pauses, restarts and writes",
            "Next",
            "Events",
            "Links",
        ]

    def test_has_lines_as_long_as_their_words_where_a_program_reads_it(
        self, plugin: Plugin, job: dict[str, Any]
    ) -> None:
        lines = plugin.run("describe", "crm", "-n", job["metadata"]["namespace"]).output.splitlines()
        assert max(map(len, lines)) < 300

    def test_of_a_job_that_nobody_has_looked_at_is_well(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "unseen"}})
        answer = plugin.run("describe", "unseen", "-n", own_jobs.namespace)
        assert answer.code == 0
        assert "The operator has not looked at this resource yet." in answer.output

    def test_without_the_right_to_list_events_names_it_and_tells_the_rest(
        self, plugin: Plugin, job: dict[str, Any], own_jobs: Jobs
    ) -> None:
        allow(own_jobs.cluster, "anna", READS, namespace=own_jobs.namespace)
        answer = plugin.run("describe", "crm", "-n", own_jobs.namespace, "--as", "anna")
        assert answer.code == 1
        assert f"You may not list events in namespace {own_jobs.namespace}: " in answer.output
        assert QUARANTINE_MESSAGE in answer.output

    def test_of_a_name_that_is_not_there_ends_with_2(self, plugin: Plugin, namespace: str) -> None:
        answer = plugin.run("describe", "missing", "-n", namespace)
        assert answer.code == 2
        assert f"There is no SynchronizationJob missing in namespace {namespace}." in answer.errors
