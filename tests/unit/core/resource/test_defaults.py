"""The defaults for unset fields of a spec: the namespace's annotations override the install's flags."""

from typing import Any

import pytest

from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.resource.defaults import Defaults, apply_defaults, cautious_defaults, read_declared_defaults
from entrasync.core.resource.parsing import read_resource
from tests.support.facts import PRINCIPAL, desired, minutes, seconds

DELETION, MANAGEMENT, POLL = (
    "entrasync.io/default-deletion-policy",
    "entrasync.io/default-management-policy",
    "entrasync.io/default-poll-interval",
)
INSTALL = Defaults(minutes(10), ManagementPolicy.OBSERVE, DeletionPolicy.PAUSE)


def raw(**spec: Any) -> dict[str, Any]:
    metadata = {"name": "a", "namespace": "identity", "uid": "u", "resourceVersion": "1"}
    return {"metadata": metadata, "spec": {"servicePrincipal": {"objectId": PRINCIPAL}} | spec}


class TestNamespace:
    @pytest.mark.parametrize(
        ("annotations", "wanted"),
        [
            ({}, INSTALL),
            ({"other": "Observe"}, INSTALL),
            ({MANAGEMENT: "Manage"}, Defaults(minutes(10), ManagementPolicy.MANAGE, DeletionPolicy.PAUSE)),
            ({DELETION: "Retain"}, Defaults(minutes(10), ManagementPolicy.OBSERVE, DeletionPolicy.RETAIN)),
            ({POLL: "30s"}, Defaults(seconds(30), ManagementPolicy.OBSERVE, DeletionPolicy.PAUSE)),
            ({POLL: "24h"}, Defaults(minutes(1440), ManagementPolicy.OBSERVE, DeletionPolicy.PAUSE)),
        ],
    )
    def test_a_namespace_overrides_the_install_where_it_sets_a_default(
        self, annotations: dict[str, str], wanted: Defaults
    ) -> None:
        declared = read_declared_defaults(annotations, INSTALL)
        assert declared.defaults == wanted
        assert declared.faults == ()

    @pytest.mark.parametrize(
        ("annotation", "text", "must"),
        [
            (MANAGEMENT, "observe", "Manage or Observe"),
            (DELETION, "", "Delete, Pause or Retain"),
            (POLL, "often", "whole hours, minutes and seconds"),
            (POLL, "29s", "from 30s to 24h"),
            (POLL, "24h1s", "from 30s to 24h"),
        ],
    )
    def test_a_wrong_annotation_of_a_namespace_is_reported_with_the_allowed_values(
        self, annotation: str, text: str, must: str
    ) -> None:
        declared = read_declared_defaults({annotation: text}, INSTALL)
        [fault] = declared.faults
        assert fault.startswith(f'{annotation} is "{text}", and must be ')
        assert must in fault

    def test_a_wrong_policy_of_a_namespace_counts_as_the_cautious_one(self) -> None:
        bold = Defaults(minutes(10), ManagementPolicy.MANAGE, DeletionPolicy.DELETE)
        said = read_declared_defaults({DELETION: "retain", MANAGEMENT: "observe", POLL: "often"}, bold).defaults
        assert (said.management_policy, said.deletion_policy) == (ManagementPolicy.OBSERVE, DeletionPolicy.RETAIN)
        assert said.poll_interval == minutes(10)
        assert [(doubt.field, doubt.reason) for doubt in said.doubts] == [
            ("deletion_policy", Reason.INVALID_ANNOTATION),
            ("management_policy", Reason.INVALID_ANNOTATION),
        ]
        assert said.doubts[0].message == (
            'deletionPolicy is Retain meanwhile: entrasync.io/default-deletion-policy is "retain", '
            "and must be Delete, Pause or Retain."
        )

    def test_a_namespace_that_may_not_be_read_has_the_cautious_policies(self) -> None:
        unread = cautious_defaults(Defaults(minutes(10)))
        assert (unread.management_policy, unread.deletion_policy) == (ManagementPolicy.OBSERVE, DeletionPolicy.RETAIN)
        assert {doubt.reason for doubt in unread.doubts} == {Reason.NAMESPACE_UNREADABLE}


class TestSpec:
    def test_a_spec_that_sets_nothing_takes_all_defaults(self) -> None:
        silent = desired(unset=frozenset({"poll_interval", "management_policy", "deletion_policy"}))
        taken = apply_defaults(silent, INSTALL)
        assert Defaults(taken.poll_interval, taken.management_policy, taken.deletion_policy) == INSTALL

    def test_a_spec_keeps_what_it_sets(self) -> None:
        said = desired(deletion_policy=DeletionPolicy.DELETE, unset=frozenset({"management_policy"}))
        taken = apply_defaults(said, INSTALL)
        assert taken.deletion_policy is DeletionPolicy.DELETE
        assert taken.poll_interval == minutes(5)
        assert taken.management_policy is ManagementPolicy.OBSERVE

    def test_a_spec_that_sets_a_field_is_not_in_doubt_about_it(self) -> None:
        unread = cautious_defaults(Defaults())
        said = apply_defaults(desired(unset=frozenset({"deletion_policy"})), unread)
        assert [doubt.field for doubt in said.doubts] == ["deletion_policy"]
        assert said.management_policy is ManagementPolicy.MANAGE

    def test_a_spec_is_read_with_its_unset_fields(self) -> None:
        found = read_resource(raw(template={"id": "scim"}, pollInterval="1h")).desired
        assert found is not None
        assert found.unset == {"management_policy", "deletion_policy"}
        assert found.poll_interval == minutes(60)
