"""What Graph reports of an object that was provisioned on demand is read in both of its forms."""

import json
from typing import Any

import pytest

from entrasync.core.remote.provisioning import (
    MAX_CHANGES,
    MAX_STEPS,
    ProvisioningReport,
    ProvisioningSubject,
    ReportedChange,
    ReportedStep,
    read_report,
)

STATUS_INFO = "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo"
TIME = "2026-11-01T12:00:00Z"


def reported(status: Any = "Success", **members: Any) -> dict[str, Any]:
    step = {"name": "EntryExportAdd", "type": "Export", "status": status, "timestamp": TIME, "description": "Done."}
    return {
        "action": "Create",
        "changeId": "a-change",
        "provisioningSteps": [step | {"details": {}}],
        "modifiedProperties": [{"displayName": "userName", "oldValue": None, "newValue": "anna"}],
        "statusInfo": {"status": status, "errorCode": None, "reason": None},
        "targetIdentity": {"id": "at-the-target"},
        **members,
    }


def as_object(value: Any, result: Any = "Success", **details: str) -> dict[str, str]:
    return {"key": json.dumps({"result": result, "details": details}), "value": json.dumps(value)}


def as_list(*values: Any) -> dict[str, str]:
    return {"key": STATUS_INFO, "value": json.dumps(values)}


def skipped(reason: str) -> dict[str, Any]:
    step = {"name": "EntrySynchronizationSkip", "type": "Export", "status": "Skipped", "description": "It was skipped."}
    return reported("Skipped", provisioningSteps=[step | {"details": {"SkipReason": reason}}])


class TestReadReport:
    @pytest.mark.parametrize("document", [as_object(reported()), as_list(reported())])
    def test_reads_both_forms_alike(self, document: dict[str, str]) -> None:
        assert read_report(document) == ProvisioningReport(
            "Success",
            "Create",
            change_id="a-change",
            target_id="at-the-target",
            steps=(ReportedStep("EntryExportAdd", "Export", "Success", TIME, "Done.", None),),
            changes=(ReportedChange("userName", None, "anna"),),
        )

    @pytest.mark.parametrize(
        "document",
        [
            as_object(skipped("RedundantExport"), "Skipped", errorCode="RedundantExport"),
            as_object(skipped("RedundantExport"), "Skipped"),
            as_list(skipped("RedundantExport")),
        ],
    )
    def test_finds_why_an_object_was_skipped_wherever_graph_says_it(self, document: dict[str, str]) -> None:
        report = read_report(document)
        assert report is not None
        assert (report.result, report.code) == ("Skipped", "RedundantExport")

    def test_of_several_objects_is_a_failure_if_one_has_failed(self) -> None:
        failed = reported("Failure", statusInfo={"status": "Failure", "errorCode": "Odd", "reason": "It is odd."})
        report = read_report(as_list(reported(), failed, skipped("RedundantExport")))
        assert report is not None
        assert (report.result, report.code, report.message) == ("Failure", "Odd", "It is odd.")
        assert len(report.steps) == 3

    def test_takes_results_in_any_case(self) -> None:
        report = read_report(as_object({}, "success"))
        assert report == ProvisioningReport("Success")

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"key": None, "value": None},
            {"key": "{", "value": "["},
            {"key": "[" * 100_000, "value": "null"},
            as_object({}, "Splendid"),
            as_object([1, "x", None], 7),
            as_list(),
            as_list(reported(), reported("Splendid")),
            as_list({"statusInfo": "Success"}),
        ],
    )
    def test_is_none_without_a_result_that_is_known(self, document: dict[str, str]) -> None:
        assert read_report(document) is None

    def test_leaves_out_what_is_malformed(self) -> None:
        odd = {"provisioningSteps": [7, {"name": 8, "details": []}], "modifiedProperties": [{"newValue": "x"}, None]}
        report = read_report(as_object({**odd, "action": [], "targetIdentity": None}))
        assert report == ProvisioningReport("Success", steps=(ReportedStep(None, None, None, None, None, None),))

    def test_is_bounded(self) -> None:
        long = reported(provisioningSteps=[{"name": "step"}] * 1000, modifiedProperties=[{"displayName": "a"}] * 1000)
        report = read_report(as_object(long))
        assert report is not None
        assert (len(report.steps), len(report.changes)) == (MAX_STEPS, MAX_CHANGES)


class TestSubject:
    def test_of_a_group_names_its_members_as_links(self) -> None:
        members = (ProvisioningSubject("anna", "User"), ProvisioningSubject("boris", "User"))
        assert ProvisioningSubject("team", "Group", members).write() == {
            "objectId": "team",
            "objectTypeName": "Group",
            "links": {
                "members": [
                    {"objectId": "anna", "objectTypeName": "User"},
                    {"objectId": "boris", "objectTypeName": "User"},
                ]
            },
        }

    def test_without_members_has_no_links(self) -> None:
        assert ProvisioningSubject("anna", "User").write() == {"objectId": "anna", "objectTypeName": "User"}
