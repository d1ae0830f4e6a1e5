"""`restart` and its like where the API server falls silent, breaks off or refuses after something was asked for."""

from collections.abc import Callable

import pytest

from tests.support.breaking_api_server import TOKEN, BreakingApiServer, Call, cut, fall_silent, never_answer
from tests.support.plugin import Answer, Plugin

pytestmark = pytest.mark.timeout(60)  # a wait that hangs fails

each_silence = pytest.mark.parametrize("silence", [fall_silent, never_answer])


def run(plugin: Plugin, server: BreakingApiServer, *arguments: str) -> Answer:
    with server.serve(plugin.kubeconfig):
        return plugin.run(*arguments)


class TestSilentWatch:
    @each_silence
    def test_ends_the_wait_with_its_time(self, plugin: Plugin, silence: Callable[[Call], None]) -> None:
        server = BreakingApiServer("crm", break_watch=silence)
        answer = run(plugin, server, "restart", "crm", "--wait", "--timeout", "1s", "-o", "json")
        assert (answer.code, answer.document["items"][0]["result"]) == (1, "NotInTime")
        assert server.watches == 1

    @each_silence
    def test_hides_no_answer_of_the_operator(self, plugin: Plugin, silence: Callable[[Call], None]) -> None:
        server = BreakingApiServer("crm", break_watch=silence)
        server.answers_at = 1
        answer = run(plugin, server, "reconcile", "crm", "--wait", "--timeout", "1s", "-o", "json")
        assert (answer.code, answer.document["items"][0]["result"]) == (0, "Done")


class TestCutWatch:
    def test_is_begun_anew(self, plugin: Plugin) -> None:
        server = BreakingApiServer("crm", break_watch=cut)
        server.answers_at = 2
        answer = run(plugin, server, "reconcile", "crm", "--wait", "-o", "json")
        assert (answer.code, answer.document["items"][0]["result"]) == (0, "Done")

    def test_hides_no_answer_of_the_operator(self, plugin: Plugin) -> None:
        server = BreakingApiServer("crm", break_watch=cut)
        server.answers_at = 1
        answer = run(plugin, server, "reconcile", "crm", "--wait", "-o", "json")
        assert (answer.code, answer.document["items"][0]["result"]) == (0, "Done")

    def test_of_a_cluster_that_stays_away_says_that_the_request_stands(self, plugin: Plugin) -> None:
        server = BreakingApiServer("crm", "erp", break_watch=cut)
        server.is_lost_after_watch = True
        answer = run(plugin, server, "restart", "crm", "erp", "--wait", "--timeout", "2s")
        assert answer.code == 2
        assert "does not answer" in answer.errors
        assert "The operator has been asked about crm, erp already" in answer.errors

    def test_of_a_cluster_that_stays_away_names_what_was_made_to_provision_people(self, plugin: Plugin) -> None:
        server = BreakingApiServer("crm", break_watch=cut)
        server.is_lost_after_watch = True
        answer = run(plugin, server, "provision", "crm", "anna", "--timeout", "2s")
        assert answer.code == 2
        assert "These requests were made before, and go on: made." in answer.errors


class TestRefusedRequest:
    def test_names_the_jobs_that_were_asked_about_before(self, plugin: Plugin) -> None:
        server = BreakingApiServer("crm", "erp", refused="erp")
        answer = run(plugin, server, "restart", "crm", "erp")
        assert answer.code == 2
        assert "refused to patch synchronizationjobs erp with 500" in answer.errors
        assert "The operator has been asked about crm already" in answer.errors
        assert TOKEN in server.jobs["crm"]["metadata"]["annotations"]

    def test_of_the_first_job_names_no_other(self, plugin: Plugin) -> None:
        answer = run(plugin, BreakingApiServer("crm", "erp", refused="crm"), "restart", "crm", "erp")
        assert answer.code == 2
        assert "already" not in answer.errors
