"""Secrets that the spec no longer names."""

from entrasync.core.application.actions import RemoveSecrets
from entrasync.core.decision.verdicts import Do
from entrasync.core.plan import plan
from entrasync.core.status.job_status import record_observation
from tests.support.application_facts import URL, application_facts
from tests.support.facts import (
    PRINCIPAL,
    application,
)


class TestRemovedKey:
    SPEC = application("BaseAddress=https://scim")

    def test_a_key_that_we_saved_is_removed_once_the_spec_no_longer_names_it(self) -> None:
        known = application_facts(self.SPEC, URL | {"SecretToken": "*", "UserName": "x"}, URL, keys=("SecretToken",))
        assert plan(known) == Do(RemoveSecrets(PRINCIPAL, frozenset({"SecretToken"})))

    def test_a_key_with_a_field_of_its_own_is_only_forgotten(self) -> None:
        known = application_facts(self.SPEC, URL | {"SyncAll": "true"}, URL, keys=("SyncAll", "BaseAddress"))
        assert plan(known) is None
        assert record_observation(known).record.write()["application"]["keys"] == ["BaseAddress"]

    def test_a_key_is_only_forgotten_if_all_credentials_are_unset(self) -> None:
        known = application_facts(
            application(scope="All"), {"SyncAll": "true", "SecretToken": "*"}, {}, keys=("SecretToken",)
        )
        assert plan(known) is None
        assert "keys" not in record_observation(known).record.write()["application"]
