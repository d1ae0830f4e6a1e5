"""SyncNotificationSettings: our members are merged into those found in Graph, which stay."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.api.job.application import AccidentalDeletionsSpec, NotificationsSpec
from entrasync.core.application.notification_settings import is_same_settings, write_notification_settings

MAILS = NotificationsSpec(recipients=["iam@example.com", "ops@example.com"])
GUARD = AccidentalDeletionsSpec(threshold=500)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.dictionaries(st.text(), JSON, max_size=5)


def test_our_settings_are_stored_alone_where_graph_has_none() -> None:
    assert json.loads(write_notification_settings(None, MAILS, GUARD)) == {
        "Enabled": True,
        "Recipients": "iam@example.com,ops@example.com",
        "DeleteThresholdEnabled": True,
        "DeleteThresholdValue": 500,
    }


def test_an_empty_list_of_recipients_turns_the_mails_off() -> None:
    written = json.loads(write_notification_settings(None, NotificationsSpec(recipients=[]), None))
    assert written == {"Enabled": False, "Recipients": ""}


def test_members_that_the_spec_leaves_unset_stay_as_found() -> None:
    found = {"Enabled": True, "Recipients": "a@b.c", "HumanResourcesLookaheadQueryEnabled": True}
    written = json.loads(write_notification_settings(json.dumps(found), None, GUARD))
    assert written == found | {"DeleteThresholdEnabled": True, "DeleteThresholdValue": 500}


@given(MEMBERS)
def test_no_unknown_member_is_ever_lost(members: dict[str, object]) -> None:
    ours = {"Enabled", "Recipients", "DeleteThresholdEnabled", "DeleteThresholdValue"}
    written = json.loads(write_notification_settings(json.dumps(members), MAILS, GUARD))
    assert {name: value for name, value in written.items() if name not in ours} == {
        name: value for name, value in members.items() if name not in ours
    }


@given(MEMBERS)
def test_written_settings_are_as_wanted_when_they_are_read_back(members: dict[str, object]) -> None:
    written = write_notification_settings(json.dumps(members), MAILS, GUARD)
    assert write_notification_settings(written, MAILS, GUARD) == written


def test_the_same_addresses_in_another_order_are_left_as_found() -> None:
    found = '{"Enabled": true, "Recipients": "ops@example.com, IAM@example.com"}'
    assert is_same_settings(write_notification_settings(found, MAILS, None), found)


@pytest.mark.parametrize("found", ["", "*", "nonsense", "[]", '"text"', "1", "[" * 100_000])
def test_a_value_that_is_no_object_counts_as_no_members(found: str) -> None:
    assert is_same_settings(
        write_notification_settings(found, MAILS, None), write_notification_settings(None, MAILS, None)
    )


def test_settings_are_compared_by_meaning() -> None:
    assert is_same_settings('{"a": 1, "b": [2]}', '{"b":[2],"a":1}')
    assert not is_same_settings('{"a": 1}', '{"a": 2}')
    assert not is_same_settings("nonsense", "nonsense")
