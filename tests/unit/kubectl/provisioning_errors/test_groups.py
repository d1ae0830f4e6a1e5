"""How failures are grouped, and what is known of their codes."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from entrasync.core.remote.provisioning_log import LoggedFailure, LoggedStep
from kubectl_entrasync.provisioning_errors.groups import group_failures
from kubectl_entrasync.provisioning_errors.known_causes import KNOWN_CAUSES, find_known_cause


def failure(code: str | None, hour: int, object_id: str = "1", step: str = "export") -> LoggedFailure:
    return LoggedFailure(
        time=datetime(2026, 11, 30, hour, tzinfo=UTC),
        change_id=f"change-{hour}",
        action="create",
        object_type="User",
        object_id=object_id,
        name="Anna",
        error_code=code,
        category="nonServiceFailure",
        reason=None,
        recommended_action=None,
        step=LoggedStep("EntryExportAdd", step, "failure"),
    )


class TestGroups:
    def test_have_the_most_frequent_cause_first_with_its_counts_and_times(self) -> None:
        found = group_failures(
            [failure("Conflict", 9), failure("Timeout", 8), failure("Conflict", 7), failure("Conflict", 6, "2")]
        )
        assert [(group.code, group.count, group.objects) for group in found] == [("Conflict", 3, 2), ("Timeout", 1, 1)]
        assert (found[0].first, found[0].last) == (failure("", 6).time, failure("", 9).time)

    def test_tell_steps_apart(self) -> None:
        found = group_failures([failure("Conflict", 9), failure("Conflict", 8, step="import")])
        assert {group.step for group in found} == {"export", "import"}

    def test_have_examples_of_different_objects(self) -> None:
        [group] = group_failures(
            [failure("Conflict", hour, object_id) for hour, object_id in ((9, "1"), (8, "1"), (7, "2"))]
        )
        assert [example.change_id for example in group.examples] == ["change-9", "change-7"]

    def test_have_those_without_a_code_too(self) -> None:
        found = group_failures([failure(None, 9), failure("Anna is there already", 8)])
        assert [(group.code, group.count) for group in found] == [("no error code", 2)]


class TestKnownCauses:
    @pytest.mark.parametrize(
        ("code", "known"),
        [
            ("EntryConflict", "EntryConflict"),
            ("ContosoEntryConflict", "EntryConflict"),
            ("SystemForCrossDomainIdentityManagementServiceIncompatible", "ServiceIncompatible"),
            ("AzureActiveDirectoryQuotaLimitExceeded", "QuotaLimitExceeded"),
            ("internalservererror", "InternalServerError"),
        ],
    )
    def test_are_found_also_with_the_name_of_the_target_before_the_code(self, code: str, known: str) -> None:
        found = find_known_cause(code)
        assert found is not None
        assert known in found.codes

    @pytest.mark.parametrize("code", ["Brandnew", "", None])
    def test_are_not_found_for_other_codes(self, code: str | None) -> None:
        assert find_known_cause(code) is None

    def test_have_each_code_once_and_a_page_of_microsoft(self) -> None:
        codes = [code for cause in KNOWN_CAUSES for code in cause.codes]
        assert len(codes) == len(set(codes))
        assert {urlsplit(cause.page).hostname for cause in KNOWN_CAUSES} == {"learn.microsoft.com"}
