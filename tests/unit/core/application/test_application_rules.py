"""What spec.application has Graph store, and what of it is sent."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType, Reason
from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.core.application.wanted_secrets import Credentials, Refusal
from entrasync.core.decision.action import ForgetAcknowledgement, RemoveSecrets, RestartJob, SaveSecrets, StartJob
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.decision.verdicts import Do, Retry, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.plan import foresee, plan
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.stored_secrets import SecretValues, StoredSecret
from entrasync.core.resource.application_record import ApplicationRecord, Source, read_application_record
from entrasync.core.status.job_status import build_status, record_observation
from tests.support.facts import (
    JOB,
    NOW,
    PRINCIPAL,
    ago,
    application,
    application_seen,
    claim,
    desired,
    facts,
    holder,
    minutes,
    quarantined_job,
    remote_job,
)

URL, TOKEN = {"BaseAddress": "https://scim"}, {"SecretToken": "s3cret"}
SPEC = application("BaseAddress=https://scim", "SecretToken<scim.token")
ORIGIN = Source("scim", "uid", "7")


def case(
    spec: Any = SPEC,
    stored: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    *,
    keys: tuple[str, ...] = (),
    record: dict[str, Any] | None = None,
    job: Any = None,
    wish: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    status: dict[str, Any] | None = None,
    others: dict[str, Any] | None = None,
    **seen: Any,
) -> Facts:
    """Facts of a running job with this application; `keys` were saved by us."""
    subject = holder(
        wish=desired(application=spec, **(wish or {})),
        status={"application": {"keys": list(keys), **(record or {})}, **(status or {})},
        annotations=annotations,
    )
    known = application_seen(stored, URL | TOKEN if values is None else values, **seen)
    return facts(subject, job or remote_job(), application=known, **(others or {}))


def sent(verdict: Verdict | None) -> dict[str, str]:
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, SaveSecrets)
    return dict(verdict.action.values)


def saving(verdict: Verdict | None) -> SaveSecrets:
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, SaveSecrets)
    return verdict.action


class TestWhatIsSent:
    def test_all_of_ours_to_an_empty_store(self) -> None:
        spec = application(
            "BaseAddress=https://scim",
            "SecretToken<scim.token",
            scope="AssignedOnly",
            skip="Skip",
            accidentalDeletions={"threshold": 9},
        )
        values = sent(plan(case(spec, {})))
        assert values == URL | TOKEN | {
            "SyncAll": "false",
            "SkipOutOfScopeDeletions": "True",
            "SyncNotificationSettings": '{"DeleteThresholdEnabled":true,"DeleteThresholdValue":9}',
        }

    def test_what_graph_shows_as_wanted_is_not_sent(self) -> None:
        assert sent(plan(case(stored=URL))) == TOKEN

    @pytest.mark.parametrize(("scope", "found"), [("All", "True"), ("AssignedOnly", "FALSE")])
    def test_a_scope_in_other_letters_is_as_wanted(self, scope: str, found: str) -> None:
        assert plan(case(application(scope=scope), {"SyncAll": found}, {})) is None

    @pytest.mark.parametrize(("skip", "found"), [("Skip", "true"), ("Perform", "false")])
    def test_a_skip_in_other_letters_is_as_wanted(self, skip: str, found: str) -> None:
        assert plan(case(application(skip=skip), {"SkipOutOfScopeDeletions": found}, {})) is None

    def test_a_masked_value_that_we_never_saved_is_sent(self) -> None:
        assert sent(plan(case(stored=URL | {"SecretToken": "*"}))) == TOKEN

    def test_a_masked_value_that_was_saved_for_a_resource_before_us_is_not_sent(self) -> None:
        assert plan(case(stored=URL | {"SecretToken": "*"}, saved=frozenset({"SecretToken"}))) is None

    def test_a_masked_value_that_was_saved_last_is_not_sent(self) -> None:
        known = case(stored=URL | {"SecretToken": "*"}, keys=("SecretToken",), saved=frozenset({"SecretToken"}))
        assert plan(known) is None

    def test_a_masked_value_of_which_nothing_is_known_is_sent(self) -> None:
        assert sent(plan(case(stored=URL | {"SecretToken": "*"}, keys=("SecretToken",)))) == TOKEN

    def test_all_of_ours_once_one_that_we_saved_has_gone(self) -> None:
        """Graph may replace where we expect it to merge."""
        known = case(stored={"SecretToken": "*"}, keys=("BaseAddress", "SecretToken"), saved=frozenset({"SecretToken"}))
        assert sent(plan(known)) == URL | TOKEN

    def test_nothing_when_graph_was_not_looked_at(self) -> None:
        assert plan(case(stored=None)) is None

    def test_nothing_that_spec_leaves_unset(self) -> None:
        others = {"SyncAll": "true", "SkipOutOfScopeDeletions": "True", "UserName": "x"}
        assert plan(case(application("BaseAddress=https://scim"), URL | others, URL)) is None

    def test_values_show_in_no_repr(self) -> None:
        known = case(stored=URL)
        assert "s3cret" not in f"{known!r}{plan(known)!r}"
        assert "s3cret" not in f"{SecretValues(TOKEN)!r} {SecretValues(TOKEN)} {StoredSecret('UserName', 's3cret')!r}"


class TestWhatIsTried:
    def test_all_credentials_when_any_is_sent(self) -> None:
        assert saving(plan(case(stored=URL))).tried == SecretValues(URL | TOKEN)

    def test_nothing_when_no_credential_is_sent(self) -> None:
        known = case(application("BaseAddress=https://scim", scope="All"), URL, URL, status={"origin": "Created"})
        assert saving(plan(known)).tried is None

    def test_nothing_when_validation_is_never(self) -> None:
        spec = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        assert saving(plan(case(spec, {}))).tried is None


class TestARefusal:
    REFUSAL = Refusal("InvalidCredentials", "The target said no.", NOW + minutes(15))

    def test_sends_nothing_and_waits_for_a_person(self) -> None:
        verdict = plan(case(stored={}, refusal=self.REFUSAL))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.VALIDATION_FAILED
        assert "InvalidCredentials: The target said no" in verdict.message
        assert "None of them was saved" in verdict.message

    def test_keeps_a_new_job_from_being_started(self) -> None:
        known = case(stored={}, refusal=self.REFUSAL, job=remote_job(state="Disabled", code="Paused"))
        assert isinstance(plan(known), Stall)

    def test_does_not_keep_a_job_from_being_paused(self) -> None:
        known = case(stored={}, refusal=self.REFUSAL, wish={"schedule_state": ScheduleState.PAUSED})
        verdict = plan(known)
        assert isinstance(verdict, Do)
        assert type(verdict.action).__name__ == "PauseJob"

    def test_that_is_no_verdict_is_tried_again_soon(self) -> None:
        refusal = Refusal("CredentialValidationUnavailable", "No answer.", NOW + minutes(1), is_verdict=False)
        verdict = plan(case(stored={}, refusal=refusal))
        assert isinstance(verdict, Wait)
        assert (verdict.reason, verdict.after) == (Reason.VALIDATION_UNAVAILABLE, minutes(1))
        assert "CredentialValidationUnavailable: No answer" in verdict.message


class TestAnUnreadableSecret:
    SEEN = Credentials(SecretValues(), unreadable="There is no Secret identity/scim.")

    def test_sends_nothing_and_says_which(self) -> None:
        verdict = plan(case(application(scope="All"), {}, credentials=self.SEEN))
        assert verdict == Stall(Reason.SECRET_UNREADABLE, "There is no Secret identity/scim.")

    def test_keeps_a_new_job_from_being_started(self) -> None:
        known = case(stored={}, credentials=self.SEEN, job=remote_job(state="Disabled", code="Paused"))
        assert isinstance(plan(known), Stall)


class TestWhatGraphDoesNotShow:
    def test_is_judged_like_any_other_answer(self) -> None:
        down = Transient(Reason.GRAPH_UNREACHABLE, "Down.")
        assert isinstance(plan(case(failure=down)), Retry)

    def test_may_be_replication_while_the_spec_is_young(self) -> None:
        answer = GraphAnswer(403, "", "", "")
        error = PossiblyReplicating(Refused(Reason.PERMISSION_MISSING, "No.", answer=answer), answer=answer)
        assert isinstance(plan(case(failure=error, others={"spec_seen_at": ago(minutes(1))})), Wait)
        verdict = plan(case(failure=error, others={"spec_seen_at": ago(minutes(6))}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.PERMISSION_MISSING


class TestTheScope:
    def test_that_is_new_on_a_job_that_has_run_needs_a_restart(self) -> None:
        assert saving(plan(case(application(scope="All"), {"SyncAll": "false"}, {}))).needs_restart

    def test_of_a_job_that_was_never_started_needs_none(self) -> None:
        known = case(application(scope="All"), {}, {}, job=remote_job(state="Disabled", code="Paused"))
        assert not saving(plan(known)).needs_restart

    def test_of_a_job_that_a_backup_forgot_to_have_started_needs_one(self) -> None:
        ran = remote_job(state="Disabled", code="Paused", steadyStateFirstAchievedTime="2026-10-01T00:00:00Z")
        assert saving(plan(case(application(scope="All"), {}, {}, job=ran))).needs_restart

    def test_of_an_adopted_job_needs_one_even_while_it_rests(self) -> None:
        known = case(
            application(scope="All"),
            {},
            {},
            job=remote_job(state="Disabled"),
            status={"origin": "Adopted"},
            annotations={"entrasync.io/job-origin": "Adopted"},
        )
        assert saving(plan(known)).needs_restart

    def due(self, **overlay: Any) -> Facts:
        status = {"operation": {"action": "RestartJob", "startedAt": "2026-11-01T00:00:00Z"}}
        return case(application(scope="All"), {"SyncAll": "true"}, {}, status=status, **overlay)

    def test_restarts_a_running_job_once_it_is_written_down(self) -> None:
        assert plan(self.due()) == Do(RestartJob(PRINCIPAL, JOB))

    def test_starts_a_resting_job_before_it_restarts_it(self) -> None:
        verdict = plan(self.due(job=remote_job(state="Disabled")))
        assert isinstance(verdict, Do)
        assert isinstance(verdict.action, StartJob)

    def test_leaves_a_paused_job_alone(self) -> None:
        resting = remote_job(state="Disabled", code="Paused")
        assert plan(self.due(wish={"schedule_state": ScheduleState.PAUSED}, job=resting)) is None

    @pytest.mark.parametrize(("actionable", "kind"), [(True, Stall), (False, Wait)])
    def test_waits_for_the_end_of_a_quarantine_that_it_would_lift(self, actionable: bool, kind: type) -> None:
        verdict = plan(self.due(job=quarantined_job(tenant_actionable=actionable)))
        assert isinstance(verdict, kind)
        assert isinstance(verdict, Stall | Wait)
        assert verdict.reason is Reason.QUARANTINED
        assert "The restart that a new provisioning scope needs would hide that, and waits." in verdict.message

    def test_that_is_due_is_not_taken_for_an_unfinished_create(self) -> None:
        subject = self.due().resource
        assert subject.operation is None
        assert subject.is_restart_due
        assert subject.held_job_id == JOB

    def test_that_is_due_stays_written_down(self) -> None:
        assert record_observation(self.due()).status["operation"]["action"] == "RestartJob"


class TestWhatIsLeftOver:
    SPEC = application("BaseAddress=https://scim")

    def test_is_removed_if_we_had_saved_it(self) -> None:
        known = case(self.SPEC, URL | {"SecretToken": "*", "UserName": "x"}, URL, keys=("SecretToken",))
        assert plan(known) == Do(RemoveSecrets(PRINCIPAL, frozenset({"SecretToken"})))

    def test_is_only_forgotten_if_it_has_a_field_of_its_own(self) -> None:
        known = case(self.SPEC, URL | {"SyncAll": "true"}, URL, keys=("SyncAll", "BaseAddress"))
        assert plan(known) is None
        assert record_observation(known).status["application"]["keys"] == ["BaseAddress"]

    def test_is_only_forgotten_if_all_credentials_are_unset(self) -> None:
        known = case(application(scope="All"), {"SyncAll": "true", "SecretToken": "*"}, {}, keys=("SecretToken",))
        assert plan(known) is None
        assert "keys" not in record_observation(known).status["application"]


class TestASecondResource:
    CLAIM = claim("older", has_application=True, created_at=ago(minutes(10_000)))

    def test_that_is_younger_says_so_and_sends_nothing(self) -> None:
        verdict = plan(case(stored={}, others={"claims": (self.CLAIM,)}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.CONFLICT
        assert "SynchronizationJob identity/older carries spec.application" in verdict.message

    def test_that_is_older_goes_on(self) -> None:
        younger = replace(self.CLAIM, created_at=NOW)
        assert sent(plan(case(stored={}, others={"claims": (younger,)})))

    def test_without_an_application_is_no_conflict(self) -> None:
        known = case(stored={}, others={"claims": (replace(self.CLAIM, has_application=False),)})
        assert sent(plan(known))

    def test_of_the_same_second_is_told_by_its_name(self) -> None:
        twin = replace(self.CLAIM, key=ObjectKey("a", "first"), created_at=case().resource.created_at)
        assert isinstance(plan(case(stored={}, others={"claims": (twin,)})), Stall)


class TestAForeignSecretLost:
    def test_stalls_the_one_that_took_it_and_names_it(self) -> None:
        verdict = plan(case(stored=URL, lost=frozenset({"UserName"})))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.FOREIGN_SECRET_LOST
        assert "UserName vanished" in verdict.message
        assert FOREIGN_SECRET_ANNOTATION in verdict.message

    def test_is_remembered_and_told(self) -> None:
        known = case(stored=URL, lost=frozenset({"UserName"}))
        status = record_observation(known).status
        assert status["application"]["lostKeys"] == ["UserName"]
        halt = plan(known)
        assert isinstance(halt, Stall)
        told = build_status(replace(known, resource=replace(known.resource, status=status)), halt, wall=NOW)
        [condition] = [entry for entry in told["conditions"] if entry["type"] == ConditionType.FOREIGN_SECRET_LOST]
        assert condition["status"] == "True"
        assert "UserName" in condition["message"]

    def test_is_over_once_it_is_acknowledged(self) -> None:
        known = case(stored=URL, record={"lostKeys": ["UserName"]}, annotations={FOREIGN_SECRET_ANNOTATION: "true"})
        assert sent(plan(known)) == TOKEN
        assert "application" not in record_observation(known).status

    def test_is_not_acknowledged_by_what_was_there_before_it(self) -> None:
        known = case(stored=URL, lost=frozenset({"UserName"}), annotations={FOREIGN_SECRET_ANNOTATION: "true"})
        assert plan(known) == Do(ForgetAcknowledgement())
        assert record_observation(known).status["application"]["lostKeys"] == ["UserName"]

    def test_holds_back_the_writes_of_all_others(self) -> None:
        verdict = plan(case(stored={}, others={"secret_brake": ObjectKey("a", "carrier")}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.FOREIGN_SECRET_LOST
        assert "SynchronizationJob a/carrier says ForeignSecretLost" in verdict.message

    def test_is_no_matter_to_those_who_have_nothing_to_write(self) -> None:
        known = case(application("BaseAddress=https://scim"), URL, URL, others={"secret_brake": ObjectKey("a", "b")})
        assert plan(known) is None


class TestDrift:
    def test_is_what_differs_though_nothing_of_ours_has_changed(self) -> None:
        known = case(
            application("BaseAddress=https://scim"),
            {"BaseAddress": "https://evil"},
            URL,
            keys=("BaseAddress",),
            record={"generation": 1},
        )
        assert saving(plan(known)).corrects_drift == {"BaseAddress"}

    def test_is_not_what_a_new_spec_changes(self) -> None:
        known = case(application("BaseAddress=https://scim"), {"BaseAddress": "x"}, URL, record={"generation": 0})
        assert not saving(plan(known)).corrects_drift

    def test_is_only_foreseen_by_an_observer(self) -> None:
        known = case(stored=URL, wish={"management_policy": ManagementPolicy.OBSERVE})
        assert plan(known) is None
        [foreseen] = foresee(known)
        assert isinstance(foreseen, SaveSecrets)


class TestTheRecord:
    def test_says_for_which_generation_and_secrets_graph_matches(self) -> None:
        credentials = Credentials(SecretValues(TOKEN), {"SecretToken": ORIGIN})
        known = case(
            application("SecretToken<scim.token"),
            {"SecretToken": "*"},
            credentials=credentials,
            keys=("SecretToken",),
            saved=frozenset({"SecretToken"}),
        )
        assert record_observation(known).status["application"] == {
            "keys": ["SecretToken"],
            "sources": [{"name": "scim", "uid": "uid", "resourceVersion": "7"}],
            "generation": 1,
        }

    def test_stays_as_it_was_while_something_is_to_be_sent(self) -> None:
        assert record_observation(case(stored={}, keys=("BaseAddress",))).status["application"] == {
            "keys": ["BaseAddress"]
        }

    def test_goes_with_the_application(self) -> None:
        assert "application" not in record_observation(case(None, None, keys=("BaseAddress",))).status

    def test_is_written_as_it_is_read(self) -> None:
        record = ApplicationRecord(
            frozenset({"A"}),
            (ORIGIN,),
            generation=3,
            validated=False,
            lost_keys=frozenset({"B"}),
            scope_in_force="All",
            time="2026-11-01T12:00:00Z",
        )
        assert read_application_record(record.write()) == record

    @pytest.mark.parametrize("stored", [None, 7, "x", [], {"keys": 7, "sources": [7], "generation": "x", "time": 1}])
    def test_that_is_malformed_says_nothing(self, stored: object) -> None:
        assert read_application_record(stored) == ApplicationRecord()


class TestCredentialsValid:
    def told(self, known: Facts) -> tuple[str, str] | None:
        status = record_observation(known).status
        after = build_status(replace(known, resource=replace(known.resource, status=status)), None, wall=NOW)
        found = [entry for entry in after["conditions"] if entry["type"] == "CredentialsValid"]
        return (found[0]["status"], found[0]["reason"]) if found else None

    def test_is_true_once_they_were_tried_and_saved(self) -> None:
        assert self.told(case(stored=URL, record={"validated": True})) == ("True", "Validated")

    def test_is_false_while_a_refusal_stands(self) -> None:
        known = case(stored=URL, record={"validated": True}, refusal=TestARefusal.REFUSAL)
        assert self.told(known) == ("False", "ValidationFailed")

    def test_is_unknown_when_they_were_saved_untried(self) -> None:
        spec = application("BaseAddress=https://scim", validation="Never")
        assert self.told(case(spec, URL, URL, record={"validated": False})) == ("Unknown", "NotValidated")

    def test_is_unknown_when_they_could_not_be_tried(self) -> None:
        refusal = Refusal("CredentialValidationUnavailable", "", NOW, is_verdict=False)
        assert self.told(case(stored=URL, refusal=refusal)) == ("Unknown", "ValidationUnavailable")

    def test_is_not_told_without_credentials(self) -> None:
        assert self.told(case(application(scope="All"), {"SyncAll": "true"}, {})) is None
