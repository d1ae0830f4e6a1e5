"""The record of a job is read tolerantly and written back as it was stored."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import ScheduleState
from entrasync.core.decision.action import Difference
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.primitives.quotes import CUT
from entrasync.core.record.application_record import ApplicationRecord, RefusalRecord, Source
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.record.difference_records import (
    MAX_VALUE_LENGTH,
    Drift,
    write_difference,
)
from entrasync.core.record.job_record import EffectiveSettings, JobRecord, read_record
from entrasync.core.record.operation import CreateIntent, CreationRecord, RestartIntent
from entrasync.core.record.restart_record import (
    PeriodicRecord,
    RecoveryRecord,
    RestartOutcome,
    RestartRecord,
    RestartsRecord,
)
from entrasync.core.record.schedule_record import IntervalRequest, Pause, PausedBy, UnshownChange
from entrasync.core.record.schema_record import Backup, SchemaRecord, SentChange
from tests.support.stored_statuses import MALFORMED, WELL_FORMED

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)

FULL = JobRecord(
    observed_generation=3,
    generation_seen_at=NOON,
    tenant_id="tenant",
    service_principal_id="principal",
    origin="Created",
    origin_time=NOON,
    effective=EffectiveSettings("Manage", "Delete", "5m", "Active"),
    pause=Pause(PausedBy.GRAPH, "2026-11-01T12:00:00Z", "quarantine", resumes=True),
    unshown_change=UnshownChange(ScheduleState.ACTIVE, NOON.replace(microsecond=7), "held", 3, "now"),
    last_start_time=NOON.replace(microsecond=7),
    last_resume_time=NOON,
    operation=CreateIntent(NOON, "principal", "scim", frozenset({"b", "a"}), action="RecreateJob"),
    deleted_job_id="scim.tenant.1",
    creation=CreationRecord("scim", (NOON,)),
    interval=IntervalRequest("PT20M", NOON, "400 Bad", NOON),
    restarts=RestartsRecord(
        RestartRecord("two", NOON, RestartOutcome.SENT, ("Watermark",), tries=1, earlier=("one",)),
        RestartRecord("three", NOON, RestartOutcome.RECORDED),
        PeriodicRecord("0 3 * * 0 UTC", NOON, RestartRecord("2026-10-25T03:00:00Z", NOON, RestartOutcome.RESTARTED)),
        RestartRecord("four", NOON, RestartOutcome.UNKNOWN),
        RecoveryRecord((NOON,), RestartOutcome.STARTED),
    ),
    application=ApplicationRecord(
        keys=frozenset({"BaseAddress"}),
        sources=(Source("scim", "uid", "7"),),
        generation=3,
        validated=False,
        time="2026-11-01T12:00:00Z",
        refused=RefusalRecord(
            2,
            (),
            code="No",
            message="x",
            retry_at="2026-11-01T12:00:00Z",
            is_verdict=True,
            since="2026-11-01T11:00:00Z",
        ),
    ),
    schema=SchemaRecord(
        2,
        (Difference("schema.rules[x]", "a", "b"),),
        1,
        "sha256:x",
        SentChange("sha256:x", NOON, "sha256:z", "now", is_shown=True),
        (Backup("salesforce-schema-0", NOON, "sha256:y"),),
        ConfigMapVersion("exported", "uid", "7"),
        (NOON,),
    ),
    last_drift=Drift(NOON, (Difference("schedule.state", "Active", "Disabled"), Difference("application"))),
    last_handled_reconcile_at="now",
    reported_faults=("It is cut.",),
    stored_conditions=({"type": "Ready", "status": "True", "reason": "Healthy", "message": "It runs."},),
    job={"id": "scim.1", "templateId": "scim"},
    synchronization_status={"code": "Active"},
)


class TestUnchangedRecord:
    @given(WELL_FORMED)
    def test_an_unchanged_record_gives_an_empty_merge_patch(self, stored: dict[str, Any]) -> None:
        written = read_record(stored).write()
        assert merge_patch(stored, written) == {}
        assert written == stored

    @given(MALFORMED)
    def test_a_record_is_read_without_an_error_whatever_is_stored(self, stored: Any) -> None:
        written = read_record(stored).write()
        assert written == (stored if isinstance(stored, dict) else {})


class TestChangedRecord:
    @pytest.mark.parametrize("operation", [FULL.operation, RestartIntent(NOON, "principal", tries=1), RestartIntent()])
    def test_a_changed_record_is_read_again_as_it_was_written(self, operation: Any) -> None:
        record = replace(FULL, operation=operation)
        assert read_record(record.write()) == record

    def test_the_example_sets_every_field(self) -> None:
        """Else a new field could be left out of what is written."""
        empty = JobRecord()
        names = {each.name for each in fields(JobRecord)} - {"stored", "original"}
        assert {name for name in names if getattr(FULL, name) == getattr(empty, name)} == set()

    def test_a_changed_record_is_written_as_the_crd_defines_it(self) -> None:
        assert FULL.write() == {
            "observedGeneration": 3,
            "generationSeenTime": "2026-11-01T12:00:00Z",
            "tenantId": "tenant",
            "servicePrincipalId": "principal",
            "origin": "Created",
            "originTime": "2026-11-01T12:00:00Z",
            "effective": {
                "managementPolicy": "Manage",
                "deletionPolicy": "Delete",
                "pollInterval": "5m",
                "scheduleState": "Active",
            },
            "pause": {"by": "Graph", "since": "2026-11-01T12:00:00Z", "reason": "quarantine", "resumes": True},
            "unshownChange": {
                "state": "Active",
                "time": "2026-11-01T12:00:00.000007Z",
                "cause": "held",
                "generation": 3,
                "request": "now",
            },
            "lastStartTime": "2026-11-01T12:00:00.000007Z",
            "lastResumeTime": "2026-11-01T12:00:00Z",
            "operation": {
                "action": "RecreateJob",
                "startedAt": "2026-11-01T12:00:00.000000Z",
                "servicePrincipalId": "principal",
                "templateId": "scim",
                "jobIdsBefore": ["a", "b"],
            },
            "deletedJobId": "scim.tenant.1",
            "creation": {"templateId": "scim", "times": ["2026-11-01T12:00:00.000000Z"]},
            "interval": {
                "requested": "PT20M",
                "time": "2026-11-01T12:00:00Z",
                "answer": "400 Bad",
                "repeatTime": "2026-11-01T12:00:00Z",
            },
            "restarts": {
                "spec": {
                    "token": "two",
                    "time": "2026-11-01T12:00:00Z",
                    "outcome": "Sent",
                    "scope": ["Watermark"],
                    "tries": 1,
                    "earlierTokens": ["one"],
                },
                "request": {"token": "three", "time": "2026-11-01T12:00:00Z", "outcome": "Recorded"},
                "periodic": {
                    "token": "2026-10-25T03:00:00Z",
                    "time": "2026-11-01T12:00:00Z",
                    "outcome": "Restarted",
                    "timetable": "0 3 * * 0 UTC",
                    "next": "2026-11-01T12:00:00Z",
                },
                "approval": {"token": "four", "time": "2026-11-01T12:00:00Z", "outcome": "Unknown"},
                "recovery": {"times": ["2026-11-01T12:00:00.000000Z"], "outcome": "Started"},
            },
            "application": {
                "keys": ["BaseAddress"],
                "sources": [{"name": "scim", "uid": "uid", "resourceVersion": "7"}],
                "generation": 3,
                "validated": False,
                "time": "2026-11-01T12:00:00Z",
                "refused": {
                    "generation": 2,
                    "sources": [],
                    "code": "No",
                    "message": "x",
                    "retryAt": "2026-11-01T12:00:00Z",
                    "since": "2026-11-01T11:00:00Z",
                    "isVerdict": True,
                },
            },
            "schema": {
                "generation": 2,
                "differences": [{"field": "schema.rules[x]", "wanted": "a", "found": "b"}],
                "count": 1,
                "diffHash": "sha256:x",
                "sent": {
                    "diffHash": "sha256:x",
                    "time": "2026-11-01T12:00:00.000000Z",
                    "wishHash": "sha256:z",
                    "request": "now",
                    "shown": True,
                },
                "source": {"name": "exported", "uid": "uid", "resourceVersion": "7"},
                "corrections": ["2026-11-01T12:00:00.000000Z"],
                "backups": [{"name": "salesforce-schema-0", "time": "2026-11-01T12:00:00Z", "diffHash": "sha256:y"}],
            },
            "lastDrift": {
                "time": "2026-11-01T12:00:00Z",
                "differences": [
                    {"field": "schedule.state", "wanted": "Active", "found": "Disabled"},
                    {"field": "application"},
                ],
            },
            "lastHandledReconcileAt": "now",
            "reportedFaults": ["It is cut."],
            "conditions": [{"type": "Ready", "status": "True", "reason": "Healthy", "message": "It runs."}],
            "job": {"id": "scim.1", "templateId": "scim"},
            "synchronizationStatus": {"code": "Active"},
        }

    @given(WELL_FORMED)
    def test_a_changed_record_keeps_all_other_stored_members(self, stored: dict[str, Any]) -> None:
        changed = replace(read_record(stored), tenant_id="another", pause=FULL.pause).write()
        others = {name: value for name, value in stored.items() if name not in {"tenantId", "pause"}}
        assert changed == others | {"tenantId": "another", "pause": FULL.pause.write() if FULL.pause else None}

    def test_a_changed_record_loses_members_that_are_set_to_none(self) -> None:
        stored = FULL.write()
        assert replace(read_record(stored), pause=None, operation=None).write() == {
            name: value for name, value in stored.items() if name not in {"pause", "operation"}
        }

    def test_a_record_distinguishes_true_from_1_in_the_mirror(self) -> None:
        record = read_record({"job": {"flag": 1}})
        assert merge_patch({"job": {"flag": 1}}, replace(record, job={"flag": True}).write()) == {"job": {"flag": True}}

    def test_a_record_without_its_job_keeps_what_is_not_about_one_job(self) -> None:
        assert set(FULL.without_job().write()) == {
            "observedGeneration",
            "generationSeenTime",
            "tenantId",
            "servicePrincipalId",
            "origin",
            "effective",
            "operation",
            "creation",
            "restarts",
            "application",
            "schema",
            "lastDrift",
            "lastHandledReconcileAt",
            "reportedFaults",
            "conditions",
        }


class TestMalformedMembers:
    @pytest.mark.parametrize(
        "stored",
        [
            {"pause": {"by": "Robot"}},
            {"unshownChange": {"state": "Active", "time": "soon"}},
            {"unshownChange": {"state": "Gone", "time": "2026-11-01T12:00:00Z"}},
            {"pause": {"by": ["Graph"]}},
            {"operation": {"action": "CreateJob"}},
            {"operation": {"action": "CreateJob", "startedAt": "yesterday"}},
            {"operation": "x"},
            {"interval": {"answer": "400"}},
            {"effective": {"scheduleState": 7}},
            {"originTime": 7, "lastStartTime": "never", "lastResumeTime": "0001-01-01T00:00:00Z"},
            {"tenantId": "", "servicePrincipalId": 7, "origin": None},
            {"conditions": [7], "job": None, "synchronizationStatus": []},
            {"application": [], "lastDrift": "x", "generationSeenTime": "soon", "reportedFaults": "x"},
        ],
    )
    def test_a_malformed_member_counts_as_absent(self, stored: dict[str, Any]) -> None:
        assert read_record(stored) == JobRecord()

    def test_conditions_of_unknown_types_are_not_read_and_stay_stored(self) -> None:
        stored = [{"type": "Dreaming", "status": "True"}, {"type": "Ready", "status": "True"}]
        record = read_record({"conditions": stored})
        assert list(record.conditions) == [ConditionType.READY]
        assert record.is_true(ConditionType.READY)
        assert record.stored_conditions == tuple(stored)


def test_a_long_difference_keeps_its_beginning_and_its_end_and_shows_that_it_was_cut() -> None:
    wanted = f"Append({'x' * 400}, [mail])"
    shown = write_difference(Difference("schema.rules[x]", wanted))["wanted"]
    assert len(shown) == MAX_VALUE_LENGTH
    assert shown.startswith("Append(")
    assert shown.endswith("[mail])")
    assert CUT in shown
