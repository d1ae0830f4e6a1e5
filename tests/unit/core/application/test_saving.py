"""Which secrets the plan sends, and which it has validated first."""

import pytest

from entrasync.api.policies import ManagementPolicy
from entrasync.core.application.actions import SaveSecrets
from entrasync.core.plan import forecast_writes, plan
from entrasync.core.remote.stored_secrets import SecretValues, StoredSecret
from tests.support.application_facts import TOKEN, URL, application_facts, save_of, sent_values
from tests.support.facts import (
    application,
)


class TestSentValues:
    def test_all_our_values_are_sent_to_an_empty_store(self) -> None:
        spec = application(
            "BaseAddress=https://scim",
            "SecretToken<scim.token",
            scope="AssignedOnly",
            skip="Skip",
            accidentalDeletions={"threshold": 9},
        )
        values = sent_values(plan(application_facts(spec, {})))
        assert values == URL | TOKEN | {
            "SyncAll": "false",
            "SkipOutOfScopeDeletions": "True",
            "SyncNotificationSettings": '{"DeleteThresholdEnabled":true,"DeleteThresholdValue":9}',
        }

    def test_a_value_that_graph_shows_as_wanted_is_not_sent(self) -> None:
        assert sent_values(plan(application_facts(stored=URL))) == TOKEN

    @pytest.mark.parametrize(("scope", "found"), [("All", "True"), ("AssignedOnly", "FALSE")])
    def test_a_scope_in_other_letter_case_is_as_wanted(self, scope: str, found: str) -> None:
        assert plan(application_facts(application(scope=scope), {"SyncAll": found}, {})) is None

    @pytest.mark.parametrize(("skip", "found"), [("Skip", "true"), ("Perform", "false")])
    def test_a_skip_in_other_letter_case_is_as_wanted(self, skip: str, found: str) -> None:
        assert plan(application_facts(application(skip=skip), {"SkipOutOfScopeDeletions": found}, {})) is None

    def test_a_masked_value_that_we_never_saved_is_sent(self) -> None:
        assert sent_values(plan(application_facts(stored=URL | {"SecretToken": "*"}))) == TOKEN

    def test_a_masked_value_that_was_saved_for_an_earlier_resource_is_not_sent(self) -> None:
        assert plan(application_facts(stored=URL | {"SecretToken": "*"}, saved=frozenset({"SecretToken"}))) is None

    def test_a_masked_value_that_was_saved_last_is_not_sent(self) -> None:
        known = application_facts(
            stored=URL | {"SecretToken": "*"}, keys=("SecretToken",), saved=frozenset({"SecretToken"})
        )
        assert plan(known) is None

    def test_a_masked_value_of_which_nothing_is_known_is_sent(self) -> None:
        assert sent_values(plan(application_facts(stored=URL | {"SecretToken": "*"}, keys=("SecretToken",)))) == TOKEN

    def test_a_value_of_ours_that_graph_masks_is_sent_along(self) -> None:
        """Graph may replace all secrets by what is sent."""
        known = application_facts(
            stored={"SecretToken": "*"}, keys=("BaseAddress", "SecretToken"), saved=frozenset({"SecretToken"})
        )
        assert sent_values(plan(known)) == URL
        assert dict(save_of(plan(known)).along) == TOKEN

    def test_nothing_is_sent_when_the_secrets_were_not_read(self) -> None:
        assert plan(application_facts(stored=None)) is None

    def test_nothing_is_sent_that_the_spec_leaves_unset(self) -> None:
        others = {"SyncAll": "true", "SkipOutOfScopeDeletions": "True", "UserName": "x"}
        assert plan(application_facts(application("BaseAddress=https://scim"), URL | others, URL)) is None

    def test_values_show_in_no_repr(self) -> None:
        known = application_facts(stored=URL)
        assert "s3cret" not in f"{known!r}{plan(known)!r}"
        assert "s3cret" not in f"{SecretValues(TOKEN)!r} {SecretValues(TOKEN)} {StoredSecret('UserName', 's3cret')!r}"


class TestValidatedValues:
    def test_all_credentials_are_validated_when_any_is_sent(self) -> None:
        assert save_of(plan(application_facts(stored=URL))).tried == SecretValues(URL | TOKEN)

    def test_nothing_is_validated_when_no_credential_is_sent(self) -> None:
        known = application_facts(
            application("BaseAddress=https://scim", scope="All"), URL, URL, status={"origin": "Created"}
        )
        assert save_of(plan(known)).tried is None

    def test_nothing_is_validated_when_validation_is_never(self) -> None:
        spec = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        assert save_of(plan(application_facts(spec, {}))).tried is None


class TestDrift:
    def test_a_difference_is_drift_where_nothing_of_ours_has_changed(self) -> None:
        known = application_facts(
            application("BaseAddress=https://scim"),
            {"BaseAddress": "https://evil"},
            URL,
            keys=("BaseAddress",),
            record={"generation": 1},
        )
        assert save_of(plan(known)).corrects_drift == {"BaseAddress"}

    def test_a_difference_from_a_new_spec_is_no_drift(self) -> None:
        known = application_facts(
            application("BaseAddress=https://scim"), {"BaseAddress": "x"}, URL, record={"generation": 0}
        )
        assert not save_of(plan(known)).corrects_drift

    def test_drift_of_an_observed_resource_is_only_forecast(self) -> None:
        known = application_facts(stored=URL, wish={"management_policy": ManagementPolicy.OBSERVE})
        assert plan(known) is None
        [foreseen] = forecast_writes(known)
        assert isinstance(foreseen, SaveSecrets)
