"""Credentials that were refused or that cannot be read: the plan and the condition CredentialsValid."""

from dataclasses import replace

from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.decision.verdicts import Do, Retry, Stall, Wait
from entrasync.core.facts.application_seen import Credentials, Refusal
from entrasync.core.facts.facts import Facts
from entrasync.core.plan import plan
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.status.job_status import build_status, record_observation
from tests.support.application_facts import REFUSAL, URL, application_facts
from tests.support.facts import (
    NOW,
    ago,
    application,
    minutes,
    remote_job,
)


class TestRefusal:
    def test_a_refusal_sends_nothing_and_waits_for_a_person(self) -> None:
        verdict = plan(application_facts(stored={}, refusal=REFUSAL))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.VALIDATION_FAILED
        assert "InvalidCredentials: The target said no" in verdict.message
        assert "None of them was saved" in verdict.message

    def test_a_refusal_keeps_a_new_job_from_being_started(self) -> None:
        known = application_facts(stored={}, refusal=REFUSAL, job=remote_job(state="Disabled", code="Paused"))
        assert isinstance(plan(known), Stall)

    def test_a_refusal_does_not_keep_a_job_from_being_paused(self) -> None:
        known = application_facts(stored={}, refusal=REFUSAL, wish={"schedule_state": ScheduleState.PAUSED})
        verdict = plan(known)
        assert isinstance(verdict, Do)
        assert type(verdict.action).__name__ == "PauseJob"

    def test_a_validation_without_a_result_is_repeated_soon(self) -> None:
        refusal = Refusal("CredentialValidationUnavailable", "No answer.", NOW + minutes(1), is_verdict=False)
        verdict = plan(application_facts(stored={}, refusal=refusal))
        assert isinstance(verdict, Wait)
        assert (verdict.reason, verdict.after) == (Reason.VALIDATION_UNAVAILABLE, minutes(1))
        assert "CredentialValidationUnavailable: No answer" in verdict.message


class TestUnreadableSecret:
    SEEN = Credentials(SecretValues(), unreadable="There is no Secret identity/scim.")

    def test_an_unreadable_secret_stops_all_saving_and_is_named(self) -> None:
        verdict = plan(application_facts(application(scope="All"), {}, credentials=self.SEEN))
        assert verdict == Stall(Reason.SECRET_UNREADABLE, "There is no Secret identity/scim.")

    def test_an_unreadable_secret_keeps_a_new_job_from_being_started(self) -> None:
        known = application_facts(stored={}, credentials=self.SEEN, job=remote_job(state="Disabled", code="Paused"))
        assert isinstance(plan(known), Stall)


class TestUnreadableSecrets:
    def test_a_failed_read_of_the_secrets_is_judged_like_any_other_error(self) -> None:
        down = Transient(Reason.GRAPH_UNREACHABLE, "Down.")
        assert isinstance(plan(application_facts(failure=down)), Retry)

    def test_a_refused_read_of_the_secrets_may_be_replication_while_the_spec_is_young(self) -> None:
        answer = GraphAnswer(403, "", "", "")
        error = PossiblyReplicating(Refused(Reason.PERMISSION_MISSING, "No.", answer=answer), answer=answer)
        assert isinstance(plan(application_facts(failure=error, others={"spec_seen_at": ago(minutes(1))})), Wait)
        verdict = plan(application_facts(failure=error, others={"spec_seen_at": ago(minutes(6))}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.PERMISSION_MISSING


class TestCredentialsValid:
    def reported(self, known: Facts) -> tuple[str, str] | None:
        status = record_observation(known).record.write()
        after = build_status(replace(known, resource=replace(known.resource, status=status)), None, wall=NOW).write()
        found = [entry for entry in after["conditions"] if entry["type"] == "CredentialsValid"]
        return (found[0]["status"], found[0]["reason"]) if found else None

    def test_credentials_valid_is_true_once_they_were_validated_and_saved(self) -> None:
        assert self.reported(application_facts(stored=URL, record={"validated": True})) == ("True", "Validated")

    def test_credentials_valid_is_false_while_a_refusal_stands(self) -> None:
        known = application_facts(stored=URL, record={"validated": True}, refusal=REFUSAL)
        assert self.reported(known) == ("False", "ValidationFailed")

    def test_credentials_valid_is_unknown_when_they_were_saved_without_validation(self) -> None:
        spec = application("BaseAddress=https://scim", validation="Never")
        assert self.reported(application_facts(spec, URL, URL, record={"validated": False})) == (
            "Unknown",
            "NotValidated",
        )

    def test_credentials_valid_is_unknown_when_they_could_not_be_validated(self) -> None:
        refusal = Refusal("CredentialValidationUnavailable", "", NOW, is_verdict=False)
        assert self.reported(application_facts(stored=URL, refusal=refusal)) == ("Unknown", "ValidationUnavailable")

    def test_credentials_valid_is_absent_without_credentials(self) -> None:
        assert self.reported(application_facts(application(scope="All"), {"SyncAll": "true"}, {})) is None
