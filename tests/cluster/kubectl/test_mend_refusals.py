"""What keeps `kubectl entrasync restart` and its like from being done, with no operator to answer."""

import io

import pytest

from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import HELD_DELETIONS, allow
from tests.support.plugin import Plugin

READS = {"apiGroups": ["entrasync.io"], "resources": ["synchronizationjobs"], "verbs": ["get"]}
COMMANDS = ("reconcile", "restart", "pause", "start", "approve-deletions")


def annotations_of(jobs: Jobs, name: str) -> dict[str, str]:
    found = jobs.read({"metadata": {"name": name}})["metadata"]
    annotations: dict[str, str] = found.get("annotations") or {}
    return annotations


@pytest.fixture
def crm(own_jobs: Jobs) -> Jobs:
    """A job that no operator looks at."""
    own_jobs.create({"metadata": {"name": "crm"}})
    return own_jobs


class TestWithoutAnAnswer:
    def test_what_is_asked_is_said_with_how_to_follow_it(self, plugin: Plugin, crm: Jobs) -> None:
        answer = plugin.run("restart", "crm", "-n", crm.namespace, "-o", "json")
        assert answer.code == 0
        [item] = answer.document["items"]
        assert item["result"] == "Asked"
        assert item["follow"] == (
            f"kubectl get syncjob crm -n {crm.namespace} -o jsonpath='{{.status.restarts.request}}'"
        )
        token = answer.document["requestedAt"]
        assert annotations_of(crm, "crm") == {
            "entrasync.io/requested-at": token,
            "entrasync.io/restart-requested-at": token,
        }

    def test_an_operator_that_does_not_answer_in_time_is_said(self, plugin: Plugin, crm: Jobs) -> None:
        answer = plugin.run("pause", "crm", "-n", crm.namespace, "--wait", "--timeout", "1s", "-o", "json")
        assert answer.code == 1
        [item] = answer.document["items"]
        assert item["result"] == "NotInTime"
        assert item["message"].startswith("The operator has not answered within 1s.")
        assert annotations_of(crm, "crm")["entrasync.io/hold-until"] == "further-notice"

    def test_each_job_is_one_line_where_a_program_reads_it(self, plugin: Plugin, crm: Jobs) -> None:
        crm.create({"metadata": {"name": "erp"}, "spec": {"suspend": True}})
        answer = plugin.run("hold", "crm", "erp", "--for", "8h", "-n", crm.namespace)
        assert answer.code == 1
        assert [line.split()[:2] for line in answer.output.splitlines()] == [["crm", "Asked"], ["erp", "Refused"]]


class TestInVain:
    """What is known to be in vain is said at once, and nothing is written."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_a_suspended_job_is_left_alone(self, plugin: Plugin, own_jobs: Jobs, command: str) -> None:
        own_jobs.create({"metadata": {"name": "crm"}, "spec": {"suspend": True}})
        answer = plugin.run(command, "crm", "-n", own_jobs.namespace, "--wait")
        assert answer.code == 1
        assert "Set spec.suspend to false first." in answer.output
        assert annotations_of(own_jobs, "crm") == {}

    def test_no_progress_is_shown_where_there_is_nothing_to_wait_for(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}, "spec": {"suspend": True}})
        code, lines = plugin.run_on_terminal("restart", "crm", "-n", own_jobs.namespace, "--wait")
        assert (code, lines[0]) == (1, "crm  Refused")

    def test_a_job_that_is_only_observed_is_not_restarted(self, plugin: Plugin, own_jobs: Jobs) -> None:
        own_jobs.create({"metadata": {"name": "crm"}, "spec": {"managementPolicy": "Observe"}})
        answer = plugin.run("restart", "crm", "-n", own_jobs.namespace)
        assert answer.code == 1
        assert "Set spec.managementPolicy to Manage first." in answer.output
        assert annotations_of(own_jobs, "crm") == {}


class TestRefusal:
    def test_of_one_missing_job_asks_nothing_about_the_others(self, plugin: Plugin, crm: Jobs) -> None:
        answer = plugin.run("restart", "crm", "missing", "-n", crm.namespace)
        assert answer.code == 2
        assert "There is no SynchronizationJob missing" in answer.errors
        assert annotations_of(crm, "crm") == {}

    def test_of_missing_rights_names_the_verb_and_the_resource(self, plugin: Plugin, crm: Jobs) -> None:
        allow(crm.cluster, "ben", READS, namespace=crm.namespace)
        answer = plugin.run("restart", "crm", "-n", crm.namespace, "--as", "ben")
        assert answer.code == 2
        assert "You may not patch synchronizationjobs.entrasync.io" in answer.errors

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("hold", "crm"), "Give --until (a time) or --for"),
            (("hold", "crm", "--until", "2020-01-01T00:00:00Z"), "which has passed"),
            (("pause", "crm", "--wait", "--timeout", "soon"), '"soon" is no duration'),
            (("restart",), "Missing argument"),
        ],
    )
    def test_of_wrong_use_says_what_to_write(self, plugin: Plugin, arguments: tuple[str, ...], words: str) -> None:
        answer = plugin.run(*arguments)
        assert answer.code == 2
        assert words in answer.errors

    def test_of_an_approval_where_nobody_can_be_asked_needs_a_word(self, plugin: Plugin, crm: Jobs) -> None:
        crm.change({"metadata": {"name": "crm"}}, {"status": HELD_DELETIONS})
        plugin.monkeypatch.setattr("sys.stdin", io.StringIO())
        answer = plugin.run("approve-deletions", "crm", "-n", crm.namespace)
        assert answer.code == 2
        assert "Give --yes if they are to be deleted." in answer.errors
        assert annotations_of(crm, "crm") == {}
