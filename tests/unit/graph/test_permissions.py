"""Which features a token lacks permissions for, derived from the calls that each feature makes."""

from entrasync.graph.calls import operations
from entrasync.graph.calls.operations import Operation
from entrasync.graph.permissions import FEATURES, find_missing_permissions

ALL = [operation for operation in vars(operations).values() if isinstance(operation, Operation)]


class TestFeatures:
    def test_contain_every_call_once(self) -> None:
        covered = [operation.name for feature in FEATURES for operation in feature.operations]
        assert sorted(covered) == sorted(operation.name for operation in ALL)

    def test_name_permissions_that_allow_each_of_their_calls(self) -> None:
        for feature in FEATURES:
            assert feature.any_of
            assert all(set(feature.any_of) <= set(operation.permissions) for operation in feature.operations)


class TestFindMissingPermissions:
    def test_finds_every_feature_without_roles_but_for_the_optional_ones(self) -> None:
        features = [found.feature for found in find_missing_permissions(())]
        assert features == [feature.description for feature in FEATURES if not feature.is_optional]
        assert len(features) == len(FEATURES) - 1

    def test_finds_nothing_with_all_roles(self) -> None:
        assert find_missing_permissions(("Application.Read.All", "Synchronization.ReadWrite.All")) == ()

    def test_finds_what_writes_need_with_roles_that_only_read(self) -> None:
        missing = {
            found.feature: found.any_of
            for found in find_missing_permissions(("Application.Read.All", "Synchronization.Read.All"))
        }
        writing = ("Synchronization.ReadWrite.All", "Application.ReadWrite.OwnedBy")
        assert missing == {
            "creating, starting, pausing, restarting and deleting jobs": writing,
            "spec.application: credentials and settings of the app": writing,
            "spec.settings and spec.schedule.interval": ("Synchronization.ReadWrite.All",),
            "spec.schema": writing,
            "ProvisioningRequests": writing,
        }

    def test_finds_that_an_owner_cannot_change_settings(self) -> None:
        [found] = find_missing_permissions(("Application.ReadWrite.OwnedBy",))
        assert found.any_of == ("Synchronization.ReadWrite.All",)

    def test_names_the_least_permission_first(self) -> None:
        [found] = find_missing_permissions(("Synchronization.ReadWrite.All",))
        assert found.feature.startswith("spec.servicePrincipal.appId")
        assert found.any_of[0] == "Application.Read.All"
