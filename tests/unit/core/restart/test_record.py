"""What is recorded of a restart, from the write that needs it to its answer."""

from dataclasses import replace

from entrasync.core.application.record import with_saved_secrets
from entrasync.core.record.application_record import ApplicationRecord
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import RestartIntent
from entrasync.core.restart.record import (
    with_restart,
    with_restart_intent,
    with_restart_try,
    with_unknown_restart,
)
from tests.support.facts import NOW, PRINCIPAL

SAVED = JobRecord(application=ApplicationRecord(keys=frozenset({"SyncAll"}), scope_in_force="Assigned"))
DUE = with_restart_intent(SAVED, NOW, service_principal_id=PRINCIPAL)


class TestDueRestart:
    def test_a_due_restart_is_recorded_before_the_write_that_needs_it(self) -> None:
        assert DUE.write()["operation"] == {
            "action": "RestartJob",
            "startedAt": "2026-11-01T12:00:00.000000Z",
            "servicePrincipalId": PRINCIPAL,
        }

    def test_a_due_restart_counts_its_attempts(self) -> None:
        tried = with_restart_try(with_restart_try(DUE))
        assert tried.operation == RestartIntent(NOW, PRINCIPAL, tries=2)
        assert tried.write()["operation"]["tries"] == 2

    def test_a_due_restart_is_forgotten_without_a_trace(self) -> None:
        saved = with_saved_secrets(DUE, (), is_validated=None, is_scope_in_force=True, scope=None, now=NOW)
        assert (saved.operation, "operation" in saved.write()) == (None, False)

    def test_an_attempt_is_not_counted_where_no_restart_is_due(self) -> None:
        assert with_restart_try(SAVED) == SAVED


class TestAcceptedRestart:
    def test_an_accepted_restart_brings_the_wanted_scope_into_force(self) -> None:
        done = with_restart(DUE, scope="All")
        assert done == replace(SAVED, application=replace(SAVED.application, scope_in_force="All"))

    def test_an_accepted_restart_keeps_the_scope_where_the_spec_names_none(self) -> None:
        assert with_restart(DUE, scope=None) == SAVED


def test_a_restart_without_an_answer_leaves_no_scope_known_to_be_in_force() -> None:
    given_up = with_unknown_restart(DUE)
    assert (given_up.operation, given_up.application.scope_in_force) == (None, None)
