"""What is taken over of a service principal's stored values: nothing secret, and nothing that would be written back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.job.secret_keys import SENSITIVE_KEYS, SecretKey
from entrasync.core.application.wanted_secrets import is_same_value, wanted_secrets
from entrasync.core.remote.stored_secrets import MASK, StoredSecret
from kubectl_entrasync.import_jobs.application import TakenApplication, take_application

VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [MASK, "true", "False", "https://scim.example.com", "https://a:b@c.example", "https://c.example?k=1"]
    ),
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "Enabled": st.one_of(st.booleans(), st.just("true")),
        "Recipients": st.sampled_from(
            ["", "a@b.example", "a@b.example, c@d.example", "A@b.example,a@b.example", "nobody", 7]
        ),
        "DeleteThresholdEnabled": st.booleans(),
        "DeleteThresholdValue": st.sampled_from([0, 1, 500, "500", 5.5, None]),
        "HumanResourcesLookaheadQueryEnabled": st.booleans(),
    },
)
STORED = st.dictionaries(st.sampled_from([*SecretKey, "Invented"]), VALUES, max_size=12)


def take(values: dict[str, str]) -> TakenApplication:
    return take_application(StoredSecret(key, value) for key, value in values.items())


def settings(**members: Any) -> dict[str, str]:
    return {"SyncNotificationSettings": json.dumps(members)}


class TestTakeApplication:
    @given(stored=STORED, notified=SETTINGS)
    def test_takes_only_what_the_operator_would_not_write(
        self, stored: dict[str, str], notified: dict[str, Any]
    ) -> None:
        values = {str(key): value for key, value in stored.items()} | settings(**notified)
        spec = ApplicationSpec.model_validate(take(values).spec)
        entries = {each.key.value: each.value or "" for each in spec.credentials.given} if spec.credentials else {}
        for key, wanted in wanted_secrets(spec, entries, values).items():
            assert is_same_value(key, wanted, values[key])

    @given(value=st.text(min_size=12, max_size=30), key=st.sampled_from(SENSITIVE_KEYS))
    def test_never_takes_a_value_that_is_secret_by_its_name(self, value: str, key: SecretKey) -> None:
        taken = take({str(key): value})
        assert taken.missing == (key,)
        assert taken.spec == {}
        assert value not in "".join(taken.notes)

    @pytest.mark.parametrize("url", ["https://me:sesame@scim.example.com", "https://scim.example.com/?token=sesame"])
    def test_takes_an_address_that_holds_a_secret_for_a_secret(self, url: str) -> None:
        assert take({"BaseAddress": url}) == TakenApplication({}, missing=("BaseAddress",))

    def test_takes_address_scope_mails_threshold_and_deletions(self) -> None:
        mails = {"Enabled": True, "Recipients": "iam@example.com", "DeleteThresholdEnabled": True}
        stored = {"BaseAddress": "https://scim.example.com", "SecretToken": MASK, "SyncAll": "true"}
        stored |= {"SkipOutOfScopeDeletions": "True"} | settings(**mails, DeleteThresholdValue=500)
        assert take(stored).spec == {
            "credentials": {"entries": [{"key": "BaseAddress", "value": "https://scim.example.com"}]},
            "provisioningScope": "All",
            "outOfScopeDeletions": "Skip",
            "notifications": {"recipients": ["iam@example.com"]},
            "accidentalDeletions": {"threshold": 500},
        }

    def test_says_what_spec_cannot_say(self) -> None:
        taken = take({"Invented": "sesame"} | settings(Enabled=True, Recipients="nobody"))
        assert taken.spec == {}
        assert [note.split(".")[0] for note in taken.notes] == [
            "The mails are stored in a form that spec cannot say",
            "Graph stores Invented, which spec cannot name",
        ]
