"""Secrets that the spec no longer names."""

from entrasync.core.decision.action import RemoveSecrets
from entrasync.core.decision.verdicts import Do
from entrasync.core.plan import plan
from entrasync.core.status.job_status import record_observation
from tests.support.application_facts import URL, application_facts
from tests.support.facts import (
    PRINCIPAL,
    application,
)


class TestWhatIsLeftOver:
    SPEC = application("BaseAddress=https://scim")

    def test_is_removed_if_we_had_saved_it(self) -> None:
        known = application_facts(self.SPEC, URL | {"SecretToken": "*", "UserName": "x"}, URL, keys=("SecretToken",))
        assert plan(known) == Do(RemoveSecrets(PRINCIPAL, frozenset({"SecretToken"})))

    def test_is_only_forgotten_if_it_has_a_field_of_its_own(self) -> None:
        known = application_facts(self.SPEC, URL | {"SyncAll": "true"}, URL, keys=("SyncAll", "BaseAddress"))
        assert plan(known) is None
        assert record_observation(known).status["application"]["keys"] == ["BaseAddress"]

    def test_is_only_forgotten_if_all_credentials_are_unset(self) -> None:
        known = application_facts(
            application(scope="All"), {"SyncAll": "true", "SecretToken": "*"}, {}, keys=("SecretToken",)
        )
        assert plan(known) is None
        assert "keys" not in record_observation(known).status["application"]
