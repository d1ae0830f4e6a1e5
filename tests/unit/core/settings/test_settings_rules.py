"""The job's own settings: those that the spec names, and no others."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.action import describe_forecast
from entrasync.core.decision.verdicts import Do, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.plan import plan
from entrasync.core.remote.job_settings import SentSetting, SettingDifference, merge_settings, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.settings.actions import PatchSettings
from entrasync.core.settings.rules import settings_differ
from entrasync.core.status.job_status import record_observation
from tests.support.facts import JOB, NOW, ago, desired, facts, holder, minutes, remote_job
from tests.support.job_statuses import conditions_of, status_after

LOOKAHEAD = "LookaheadQueryEnabled"
WISH = desired(settings=((LOOKAHEAD, "False"),))


def pairs(**settings: str | None) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in settings.items()]


def job_with(settings: object) -> RemoteJob:
    return RemoteJob(JOB, {**remote_job().raw, "synchronizationJobSettings": settings})


def sent(minutes_ago: float, found: str | None = "True", wanted: str = "False") -> dict[str, SentSetting]:
    return {LOOKAHEAD: SentSetting(wanted, found, ago(minutes(minutes_ago)))}


def mirrored(**settings: str | None) -> dict[str, Any]:
    return {"job": {"id": JOB, "schedule": {"state": "Active"}, "synchronizationJobSettings": pairs(**settings)}}


def patch_of(seen: Facts) -> PatchSettings:
    verdict = plan(seen)
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, PatchSettings)
    return verdict.action


def stall_of(seen: Facts) -> Stall:
    verdict = plan(seen)
    assert isinstance(verdict, Stall), verdict
    assert verdict.reason is Reason.SETTINGS_NOT_TAKEN
    return verdict


class TestReading:
    @pytest.mark.parametrize(
        ("stored", "expected"),
        [
            (pairs(A="1", B=None), (("A", "1"), ("B", None))),
            ([{"name": "A", "value": 7}, {"value": "x"}, "odd", {"name": 5}], (("A", None),)),
            (None, ()),
            ("odd", ()),
            ([], ()),
        ],
    )
    def test_only_settings_with_a_name_are_read(self, stored: object, expected: object) -> None:
        assert read_settings({"synchronizationJobSettings": stored}) == expected

    def test_an_empty_list_of_settings_differs_from_none_sent(self) -> None:
        assert read_settings({}) is None

    def test_a_merge_of_settings_keeps_the_order_and_the_nulls_of_others(self) -> None:
        merged = merge_settings(pairs(A="1", B=None, C="3"), (("C", "4"), ("D", "5")))
        assert list(merged) == pairs(A="1", B=None, C="4", D="5")

    def test_a_merge_of_settings_changes_each_of_two_equal_names(self) -> None:
        merged = merge_settings([*pairs(A="1"), *pairs(A="2")], (("A", "3"),))
        assert list(merged) == [*pairs(A="3"), *pairs(A="3")]

    @pytest.mark.parametrize("stored", [None, "odd", [], ["odd", None]])
    def test_a_merge_of_settings_with_unreadable_ones_has_ours_only(self, stored: object) -> None:
        assert list(merge_settings(stored, (("A", "3"),))) == pairs(A="3")


class TestDifferingSettings:
    @pytest.mark.parametrize("found", ["True", "false", " False", None])
    def test_settings_that_differ_are_set_and_compared_as_text(self, found: str | None) -> None:
        action = patch_of(facts(holder(wish=WISH), job_with(pairs(LookaheadQueryEnabled=found, Other="1"))))
        assert action.differences == (SettingDifference(LOOKAHEAD, "False", found),)
        assert action.wanted == ((LOOKAHEAD, "False"),)
        assert action.drifted == ()

    @pytest.mark.parametrize("stored", [[], None, "odd", pairs(Other="1")])
    def test_settings_that_the_job_lacks_are_set_too(self, stored: object) -> None:
        assert patch_of(facts(holder(wish=WISH), job_with(stored))).differences[0].found is None

    def test_settings_are_as_wanted_whatever_others_there_are(self) -> None:
        assert plan(facts(holder(wish=WISH), job_with(pairs(Other="1", LookaheadQueryEnabled="False")))) is None

    def test_settings_that_the_spec_does_not_name_are_left(self) -> None:
        assert plan(facts(holder(), job_with(pairs(LookaheadQueryEnabled="True")))) is None

    def test_settings_that_differ_after_they_were_as_wanted_are_drift(self) -> None:
        subject = holder(wish=WISH, status=mirrored(LookaheadQueryEnabled="False"))
        action = patch_of(facts(subject, job_with(pairs(LookaheadQueryEnabled="True"))))
        assert action.drifted == (SettingDifference(LOOKAHEAD, "False", "True"),)

    def test_settings_that_differ_after_an_edit_of_the_spec_are_no_drift(self) -> None:
        subject = holder(wish=WISH, status=mirrored(LookaheadQueryEnabled="True"))
        assert patch_of(facts(subject, job_with(pairs(LookaheadQueryEnabled="True")))).drift == ()

    def test_settings_that_differ_are_set_before_a_start(self) -> None:
        job = RemoteJob(JOB, {**remote_job(state="Disabled").raw, "synchronizationJobSettings": []})
        patch_of(facts(holder(wish=WISH), job))

    def test_settings_that_differ_do_not_delay_a_pause(self) -> None:
        seen = facts(holder(wish=desired(settings=((LOOKAHEAD, "False"),), expiration=NOW)), job_with([]))
        verdict = plan(seen)
        assert isinstance(verdict, Do)
        assert not isinstance(verdict.action, PatchSettings)

    def test_settings_that_differ_are_forecast_to_an_observer(self) -> None:
        action = patch_of(facts(holder(wish=WISH), job_with([])))
        assert 'set LookaheadQueryEnabled to "False"' in describe_forecast([action])


class TestSentSettings:
    FOUND = job_with(pairs(LookaheadQueryEnabled="True"))

    def test_sent_settings_are_waited_for_within_the_bound(self) -> None:
        verdict = plan(facts(holder(wish=WISH), self.FOUND, settings_sent=sent(14)))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.WAITING_FOR_REPLICATION
        assert LOOKAHEAD in verdict.message

    def test_sent_settings_that_do_not_show_after_the_bound_stall(self) -> None:
        stall = stall_of(facts(holder(wish=WISH), self.FOUND, settings_sent=sent(15)))
        assert 'LookaheadQueryEnabled is "True", not "False"' in stall.message
        assert "take the setting out of spec.settings" in stall.message

    def test_sent_settings_that_the_job_lacks_are_named_too(self) -> None:
        stall = stall_of(facts(holder(wish=WISH), job_with([]), settings_sent=sent(15, found=None)))
        assert 'LookaheadQueryEnabled is absent, not "False"' in stall.message

    def test_sent_settings_are_named_only_in_part_when_they_are_many_and_long(self) -> None:
        wish = desired(settings=tuple((f"S{n}", "x" * 4000) for n in range(64)))
        many = {f"S{n}": SentSetting("x" * 4000, None, ago(minutes(20))) for n in range(64)}
        assert len(stall_of(facts(holder(wish=wish), job_with([]), settings_sent=many)).message) < 1000

    def test_sent_settings_are_sent_again_when_graph_shows_something_new(self) -> None:
        patch_of(facts(holder(wish=WISH), self.FOUND, settings_sent=sent(1, found="Maybe")))

    def test_sent_settings_are_sent_again_with_another_value(self) -> None:
        patch_of(facts(holder(wish=WISH), self.FOUND, settings_sent=sent(1, wanted="Maybe")))

    def test_ignored_settings_are_sent_again_after_an_edit(self) -> None:
        patch_of(facts(holder(wish=WISH), self.FOUND, settings_sent=sent(20), spec_seen_at=ago(minutes(1))))

    def test_sent_settings_are_not_sent_again_after_an_edit_within_the_bound(self) -> None:
        seen = facts(holder(wish=WISH), self.FOUND, settings_sent=sent(2), spec_seen_at=ago(minutes(1)))
        assert isinstance(plan(seen), Wait)

    def test_settings_reported_as_ignored_are_not_sent_again_by_a_restarted_operator(self) -> None:
        reported = self._reported()
        restarted = facts(holder(wish=WISH, status=reported), self.FOUND, spec_seen_at=NOW)
        assert stall_of(restarted).message == conditions_of(reported)[ConditionType.STALLED]["message"]

    def test_settings_reported_as_ignored_are_sent_again_once_the_spec_is_edited(self) -> None:
        patch_of(facts(holder(wish=WISH, status=self._reported(), generation=2), self.FOUND))

    def test_settings_reported_as_ignored_are_sent_again_once_graph_shows_another_value(self) -> None:
        patch_of(facts(holder(wish=WISH, status=self._reported()), job_with(pairs(LookaheadQueryEnabled="Maybe"))))

    def test_settings_reported_as_ignored_are_sent_again_after_another_value_was_mirrored(self) -> None:
        seen = facts(holder(wish=WISH, status=self._reported()), job_with(pairs(LookaheadQueryEnabled="Maybe")))
        mirrored_since = seen.resource.with_record(record_observation(seen).record)
        patch_of(replace(seen, resource=mirrored_since))

    def test_settings_reported_as_ignored_are_not_sent_again_when_another_setting_has_changed(self) -> None:
        job = job_with(pairs(LookaheadQueryEnabled="True", Other="1"))
        seen = facts(holder(wish=WISH, status=self._reported()), job)
        mirrored_since = seen.resource.with_record(record_observation(seen).record)
        assert stall_of(replace(seen, resource=mirrored_since)).reason is Reason.SETTINGS_NOT_TAKEN

    def test_sent_settings_do_not_keep_a_job_from_its_start(self) -> None:
        resting = RemoteJob(JOB, {**self.FOUND.raw, "schedule": {"state": "Disabled", "interval": "PT40M"}})
        verdict = plan(facts(holder(wish=WISH), resting, settings_sent=sent(20)))
        assert isinstance(verdict, Do)
        assert not isinstance(verdict.action, PatchSettings)

    def _reported(self) -> dict[str, Any]:
        seen = facts(holder(wish=WISH), self.FOUND, settings_sent=sent(15))
        stall = stall_of(seen)
        return status_after(seen, stall)


def test_the_settings_of_a_hidden_job_are_not_judged() -> None:
    assert settings_differ(facts(holder(wish=WISH))) is None
