"""Which permission is missing for what: derived from the calls, so nothing can be forgotten."""

from entrasync.graph.calls import operations
from entrasync.graph.calls.operations import Operation
from entrasync.graph.permissions import FEATURES, find_missing_permissions

ALL = [found for found in vars(operations).values() if isinstance(found, Operation)]


def test_every_call_belongs_to_a_feature() -> None:
    covered = [operation.name for feature in FEATURES for operation in feature.operations]
    assert sorted(covered) == sorted(operation.name for operation in ALL)


def test_every_permission_of_a_feature_allows_each_of_its_calls() -> None:
    for feature in FEATURES:
        assert feature.any_of
        assert all(set(feature.any_of) <= set(operation.permissions) for operation in feature.operations)


def test_a_token_without_roles_lacks_everything() -> None:
    assert [lack.feature for lack in find_missing_permissions(())] == [feature.description for feature in FEATURES]


def test_who_may_do_everything_lacks_nothing() -> None:
    assert find_missing_permissions(("Application.Read.All", "Synchronization.ReadWrite.All")) == ()


def test_who_may_only_read_is_told_what_writing_takes() -> None:
    lacks = {
        lack.feature: lack.any_of
        for lack in find_missing_permissions(("Application.Read.All", "Synchronization.Read.All"))
    }
    writing = ("Synchronization.ReadWrite.All", "Application.ReadWrite.OwnedBy")
    assert lacks == {
        "creating, starting, pausing, restarting and deleting jobs": writing,
        "spec.application: credentials and settings of the app": writing,
        "spec.settings and spec.schedule.interval": ("Synchronization.ReadWrite.All",),
    }


def test_an_owner_is_told_that_he_cannot_change_settings() -> None:
    [lack] = find_missing_permissions(("Application.ReadWrite.OwnedBy",))
    assert lack.any_of == ("Synchronization.ReadWrite.All",)


def test_who_may_not_look_up_apps_is_told_the_least_permission_first() -> None:
    [lack] = find_missing_permissions(("Synchronization.ReadWrite.All",))
    assert lack.feature.startswith("spec.servicePrincipal.appId")
    assert lack.any_of[0] == "Application.Read.All"
