"""`kubectl entrasync get` and `status` against a real API server."""

import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane import ControlPlane
from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import allow
from tests.support.described_job import condition
from tests.support.plugin import Plugin
from tests.support.polling import HANG_SECONDS

LONG_MESSAGE = (
    "Graph has put the job in quarantine because it would delete 612 users, more than the threshold of 500. Approve "
    "them with spec.application.accidentalDeletions.approve, or correct the source and wait."
)


@pytest.fixture
def fleet(own_jobs: Jobs) -> Jobs:
    """A healthy job, one in quarantine and one that nobody has looked at."""
    jobs = own_jobs
    ended = {"timeEnded": "2026-11-20T03:00:00Z", "state": "Succeeded"}
    jobs.change(
        jobs.create({"metadata": {"name": "healthy"}}),
        {
            "status": {
                "conditions": [condition("Ready", "True", "Healthy")],
                "synchronizationStatus": {"code": "Active", "lastSuccessfulExecution": ended},
            }
        },
    )
    jobs.change(
        jobs.create({"metadata": {"name": "salesforce-production-emea"}}),
        {
            "status": {
                "conditions": [
                    condition("Ready", "False", "Quarantined", LONG_MESSAGE),
                    condition("Quarantined", "True", "TooManyDeletes", LONG_MESSAGE),
                ],
                "synchronizationStatus": {
                    "code": "Quarantine",
                    "quarantine": {"reason": "TooManyDeletes", "nextAttempt": "2026-11-21T09:00:00Z"},
                },
            }
        },
    )
    jobs.create({"metadata": {"name": "unseen"}})
    return jobs


class TestGet:
    def test_lists_the_most_urgent_first_and_ends_with_1_when_one_is_ill(self, plugin: Plugin, fleet: Jobs) -> None:
        answer = plugin.run("get", "--namespace", fleet.namespace, "--output", "json")
        assert answer.code == 1
        assert [(row["name"], row["health"]) for row in answer.document["items"]] == [
            ("salesforce-production-emea", "Quarantined"),
            ("unseen", "New"),
            ("healthy", "Healthy"),
        ]
        assert answer.document["summary"] == {
            "jobs": 3,
            "ill": 1,
            "byHealth": {"Quarantined": 1, "New": 1, "Healthy": 1},
        }

    def test_of_a_healthy_job_ends_with_0(self, plugin: Plugin, fleet: Jobs) -> None:
        answer = plugin.run("get", "healthy", "-n", fleet.namespace, "-o", "yaml")
        assert answer.code == 0
        [row] = yaml.safe_load(answer.output)["items"]
        assert row["lastSuccess"] == "2026-11-20T03:00:00Z"

    def test_of_all_namespaces_names_them(self, plugin: Plugin, fleet: Jobs) -> None:
        answer = plugin.run("get", "--all-namespaces")
        assert answer.output.splitlines()[0].split() == [
            "NAMESPACE", "NAME", "HEALTH", "CODE", "SUCCESS", "CHANGED", "REASON",
        ]  # fmt: skip
        assert fleet.namespace in answer.output

    def test_keeps_each_job_on_one_line_where_a_program_reads_it(self, plugin: Plugin, fleet: Jobs) -> None:
        answer = plugin.run("get", "-n", fleet.namespace)
        assert len(answer.output.splitlines()) == 4

    def test_fits_on_a_terminal_of_80_columns(self, plugin: Plugin, fleet: Jobs) -> None:
        code, lines = plugin.run_on_terminal("get", "-n", fleet.namespace)
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert lines[0].split() == ["NAME", "HEALTH", "CODE", "SUCCESS", "CHANGED", "REASON"]
        assert "Quarantined" in lines[1]

    def test_of_a_namespace_without_jobs_says_so_and_is_well(self, plugin: Plugin, namespace: str) -> None:
        answer = plugin.run("get", "-n", namespace)
        assert (answer.code, answer.output) == (0, f"There are no SynchronizationJobs in namespace {namespace}.\n")


class TestStatus:
    def test_tells_what_is_the_matter_with_each_ill_job(self, plugin: Plugin, fleet: Jobs) -> None:
        answer = plugin.run("status", "-n", fleet.namespace)
        assert answer.code == 1
        assert answer.output.splitlines()[0] == "3 jobs   1 Quarantined   1 New   1 Healthy"
        assert LONG_MESSAGE in answer.output
        assert "Graph tries again at 2026-11-21 09:00:00 UTC." in answer.output
        assert "healthy " not in answer.output.splitlines()[2]

    def test_folds_the_words_on_a_terminal_of_80_columns(self, plugin: Plugin, fleet: Jobs) -> None:
        code, lines = plugin.run_on_terminal("status", "-n", fleet.namespace)
        assert code == 1
        assert max(map(len, lines)) <= 80
        assert LONG_MESSAGE in " ".join(line.strip() for line in lines)


class TestWatch:
    def test_shows_each_change_until_it_is_ended_and_ends_as_the_fleet_is_then(
        self, plugin: Plugin, own_jobs: Jobs
    ) -> None:
        job = own_jobs.create({"metadata": {"name": "crm"}})
        with plugin.start("get", "--watch", "-n", own_jobs.namespace) as process:
            wait_for_line(process, "New")
            own_jobs.change(job, {"status": {"conditions": [condition("Ready", "True", "Healthy")]}})
            wait_for_line(process, "Healthy")
            stalled = [condition("Ready", "False", "Conflict"), condition("Stalled", "True", "Conflict")]
            own_jobs.change(job, {"status": {"conditions": stalled}})
            wait_for_line(process, "Stalled")
            process.send_signal(signal.SIGINT)
            assert process.wait(HANG_SECONDS) == 1


def wait_for_line(process: subprocess.Popen[str], health: str) -> None:
    """Read on until the line of the job has this health."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.split()[:2] == ["crm", health]:
            return
    pytest.fail(f"it ended before it showed {health}")


class TestRefusal:
    """What keeps the plugin from its work is said in a sentence, and ends it with 2."""

    def test_of_a_name_that_is_not_there(self, plugin: Plugin, namespace: str) -> None:
        answer = plugin.run("get", "missing", "-n", namespace)
        assert answer.code == 2
        assert answer.errors == (
            f"Error: There is no SynchronizationJob missing in namespace {namespace}. List those that there are with "
            "`kubectl get synchronizationjobs --all-namespaces`.\n"
        )

    def test_of_missing_rights_names_the_verb_and_the_resource(self, plugin: Plugin, namespace: str) -> None:
        answer = plugin.run("get", "-n", namespace, "--as", "anna")
        assert answer.code == 2
        assert answer.errors.startswith(
            f"Error: You may not list synchronizationjobs.entrasync.io in namespace {namespace}: "
        )
        assert '"anna"' in answer.errors
        assert "`kubectl auth can-i list synchronizationjobs.entrasync.io`" in answer.errors

    @pytest.mark.parametrize("groups", [("readers", "guests"), ("guests", "readers")], ids=str)
    def test_is_none_where_one_of_several_groups_may(
        self, plugin: Plugin, own_jobs: Jobs, groups: tuple[str, str]
    ) -> None:
        rights = {"apiGroups": ["entrasync.io"], "resources": ["synchronizationjobs"], "verbs": ["list"]}
        allow(own_jobs.cluster, "readers", rights, namespace=own_jobs.namespace, kind="Group")
        options = (word for group in groups for word in ("--as-group", group))
        answer = plugin.run("get", "-n", own_jobs.namespace, "--as", "anna", *options)
        assert (answer.code, answer.errors) == (0, "")

    def test_of_an_unknown_context_lists_the_contexts(self, plugin: Plugin) -> None:
        answer = plugin.run("get", "--context", "production")
        assert answer.code == 2
        assert answer.errors == "Error: The kubeconfig has no context production. It has: sandbox.\n"

    def test_of_a_cluster_that_does_not_answer(self, plugin: Plugin, tmp_path: Path) -> None:
        answer = Plugin(change_server(plugin, tmp_path), plugin.monkeypatch, plugin.capsys).run("get")
        assert answer.code == 2
        assert "The cluster at https://127.0.0.1:1 (context sandbox) does not answer" in answer.errors

    def test_of_a_login_that_is_not_accepted(self, plugin: Plugin, control_plane: ControlPlane, tmp_path: Path) -> None:
        broken = yaml.safe_load(control_plane.kubeconfig.read_text())
        broken["users"][0]["user"] = {"token": "expired"}
        answer = Plugin(write(broken, tmp_path), plugin.monkeypatch, plugin.capsys).run("get")
        assert answer.code == 2
        assert "does not accept the login of context sandbox. Log in again" in answer.errors

    def test_of_a_kubeconfig_that_is_not_there(self, plugin: Plugin, tmp_path: Path) -> None:
        answer = Plugin(tmp_path / "missing", plugin.monkeypatch, plugin.capsys).run("get")
        assert answer.code == 2
        assert answer.errors.startswith("Error: The kubeconfig cannot be used: ")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("get", "-n", "a", "-A"), "--namespace and --all-namespaces exclude each other."),
            (("get", "crm", "-A"), "A name and --all-namespaces exclude each other."),
            (("get", "-w", "-o", "json"), "--watch shows a table."),
            (("get", "--as-group", "admins"), "--as-group needs --as, the user who is in the group."),
        ],
    )
    def test_of_options_that_exclude_each_other(self, plugin: Plugin, arguments: tuple[str, ...], words: str) -> None:
        answer = plugin.run(*arguments)
        assert answer.code == 2
        assert words in answer.errors


def change_server(plugin: Plugin, folder: Path) -> Path:
    """Write the kubeconfig with the address of a server that is not there."""
    document = yaml.safe_load(plugin.kubeconfig.read_text())
    document["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    return write(document, folder)


def write(document: dict[str, Any], folder: Path) -> Path:
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(document))
    return file
