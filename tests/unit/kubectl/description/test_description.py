"""What a description says of a job, section by section."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from kubectl_entrasync.description.description import write_description
from kubectl_entrasync.description.drift import describe_drift
from kubectl_entrasync.description.events import describe_events
from kubectl_entrasync.description.graph_state import describe_graph_state
from kubectl_entrasync.description.interventions import describe_interventions
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.links import describe_links
from kubectl_entrasync.description.next_look import describe_next_look
from kubectl_entrasync.description.quarantine import describe_quarantine
from kubectl_entrasync.description.runs import describe_runs
from kubectl_entrasync.description.section import Section
from kubectl_entrasync.description.spec import describe_spec
from tests.support.described_job import ERROR, QUARANTINE_MESSAGE, condition, make_job

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def facts(events: tuple[dict[str, Any], ...] = (), **parts: Any) -> JobFacts:
    return JobFacts(make_job(**parts), events, NOW)


def lines(section: Section) -> list[tuple[str, str]]:
    return [(line.label, line.text) for line in section.lines]


class TestSpec:
    def test_names_what_is_wanted(self) -> None:
        assert lines(describe_spec(facts())) == [
            ("Service principal", "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"),
            ("Template", "scim"),
            ("Connection", "GraphConnection contoso"),
            ("Policies", "Manage, deletionPolicy Retain"),
            ("Schedule", "Active, every PT40M, until 2027-01-01T00:00:00Z"),
            ("Freshness", "a success within 2h"),
            ("Manages", "credentials of the app, notifications of the app, 1 of its settings"),
        ]

    def test_of_an_app_names_the_service_principal_that_was_found(self) -> None:
        found = lines(describe_spec(facts(spec={"servicePrincipal": {"appId": "4711"}})))
        assert found[0] == ("Service principal", "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01 (of app 4711)")

    def test_of_a_suspended_job_says_so(self) -> None:
        assert lines(describe_spec(facts(spec={"suspend": True})))[-1][0] == "Suspended"


class TestGraph:
    def test_shows_the_job_and_its_state(self) -> None:
        assert lines(describe_graph_state(facts())) == [
            ("Job", "scim.7a2c7c1e5b0e4b579a431d1d6a3f8e07.9a43"),
            ("State", "Quarantine, schedule Active, every PT40M"),
            ("Origin", "Adopted 2026-11-20 12:00:00 UTC (10d ago)"),
            ("Tenant", "7a2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e07"),
            ("Objects", "user to User: 1203"),
            ("Caught up", "first at 2026-11-21 12:00:00 UTC (9d ago)"),
            ("Failed in a row", "3"),
        ]

    def test_of_a_resource_without_a_job_says_so(self) -> None:
        assert lines(describe_graph_state(facts(status={"job": None}))) == [
            ("Job", "none: this resource holds no job yet")
        ]


class TestDrift:
    def test_is_none_where_graph_matches_and_the_last_correction_is_told(self) -> None:
        assert lines(describe_drift(facts(status={"schema": None}))) == [
            ("Now", "none: Graph matches the spec"),
            ("Last put right", "changed by somebody else, corrected 2026-11-28 12:00:00 UTC (2d ago)"),
            ("", "spec.settings[LookaheadQueryEnabled]: wants False, Graph has True"),
        ]

    def test_of_a_job_that_only_observes_is_what_the_condition_says(self) -> None:
        conditions = [condition("Applied", "False", "Observed"), condition("Drifted", "True", "Drifted", "Paused.")]
        found = lines(describe_drift(facts(status={"conditions": conditions, "lastDrift": None})))
        assert ("Drifted", "Paused.") in found

    def test_of_the_schema_names_the_places_and_how_to_approve_them(self) -> None:
        differences = [{"field": f"spec.schema.mappings[{number}]"} for number in range(10)]
        schema = {"differences": differences, "count": 40, "diffHash": "sha256:abc"}
        found = lines(describe_drift(facts(status={"schema": schema, "lastDrift": None})))
        assert found[0] == ("Schema", "40 differences")
        assert found[-2:] == [
            ("", "and 2 more"),
            ("", 'To approve them, set spec.schema.approvedDiff to "sha256:abc".'),
        ]


class TestRuns:
    def test_say_how_they_ended_and_a_run_that_is_several_is_told_once(self) -> None:
        assert lines(describe_runs(facts())) == [
            ("Last run", "Failed, 2026-11-30 10:01:30 UTC (118m ago), took 1m30s"),
            ("", f"{ERROR['code']}: {ERROR['message']}"),
            ("Last success", "Succeeded, 2026-11-29 12:00:00 UTC (24h ago), took 5m"),
            ("", "20 read, 4 written, 1 failed and put aside"),
        ]

    def test_of_a_new_job_are_none(self) -> None:
        assert lines(describe_runs(facts(status={"synchronizationStatus": None}))) == [("Last run", "none yet")]


class TestQuarantine:
    def test_has_its_cause_and_what_to_do(self) -> None:
        section = describe_quarantine(facts())
        assert lines(section) == [
            ("Reason", "EncounteredQuarantineException"),
            ("Since", "2026-11-29 14:00:00 UTC (22h ago), tried 3 times"),
            ("Error", f"{ERROR['code']}: {ERROR['message']}"),
            ("What to do", QUARANTINE_MESSAGE),
        ]
        assert section.data["tenantActionable"] is True

    def test_is_no_section_of_a_job_that_is_in_none(self) -> None:
        assert describe_quarantine(facts(status={"synchronizationStatus": {"code": "Active"}})).lines == ()


class TestInterventions:
    def test_tell_of_restarts_and_backups(self) -> None:
        assert lines(describe_interventions(facts())) == [
            (
                "Restart",
                "by the annotation entrasync.io/restart-requested-at: token 2026-11-30, Restarted 2026-11-30 09:00:00 "
                "UTC (3h ago), resets Watermark, Escrows, QuarantineState",
            ),
            ("Schema backup", "ConfigMap crm-schema-1, 2026-11-25 12:00:00 UTC (5d ago)"),
        ]

    @pytest.mark.parametrize(
        ("parts", "line"),
        [
            pytest.param(
                {"metadata": {"annotations": {"entrasync.io/hold-until": "2026-11-30T15:00:00Z"}}},
                ("Hold", "ends 2026-11-30 15:00:00 UTC (in 3h)"),
                id="a hold",
            ),
            pytest.param(
                {"metadata": {"annotations": {"entrasync.io/hold-until": "further-notice"}}},
                ("Hold", "until further notice: `kubectl entrasync start` ends it"),
                id="a hold without an end",
            ),
            pytest.param(
                {"status": {"pause": {"by": "Person", "since": "2026-11-30T10:00:00Z", "reason": "paused outside"}}},
                ("Paused", "by Person since 2026-11-30 10:00:00 UTC (2h ago): paused outside"),
                id="a pause",
            ),
            pytest.param(
                {"status": {"operation": {"action": "CreateJob", "startedAt": "2026-11-30T11:59:00Z"}}},
                (
                    "Not settled",
                    "CreateJob, asked 2026-11-30 11:59:00 UTC (60s ago): it may or may not have happened",
                ),
                id="a create whose answer is lost",
            ),
            pytest.param(
                {"status": {"unshownChange": {"state": "Paused", "time": "2026-11-30T11:59:00Z"}}},
                ("Not shown yet", "Paused sent 2026-11-30 11:59:00 UTC (60s ago)"),
                id="a pause that does not show",
            ),
            pytest.param(
                {"metadata": {"annotations": {"entrasync.io/abandon": "true"}}},
                ("Annotation", "entrasync.io/abandon: true"),
                id="a job that is given up",
            ),
        ],
    )
    def test_tell_of(self, parts: dict[str, Any], line: tuple[str, str]) -> None:
        assert line in lines(describe_interventions(facts(**parts)))


class TestNext:
    def test_is_the_look_of_the_operator_and_the_deadlines_in_order(self) -> None:
        section = describe_next_look(facts())
        assert lines(section) == [
            ("The operator looks", "within 10m; at once after `kubectl entrasync reconcile`"),
            ("Graph tries again", "2026-11-30 22:00:00 UTC (in 10h)"),
            ("The job expires", "2027-01-01 00:00:00 UTC (in 31d)"),
        ]
        assert section.data["withinSeconds"] == 600

    def test_is_no_look_at_a_suspended_job(self) -> None:
        found = lines(describe_next_look(facts(spec={"suspend": True})))
        assert found[0] == ("The operator looks", "not at all: spec.suspend is true")

    def test_is_not_known_of_a_job_that_nobody_has_looked_at(self) -> None:
        found = lines(describe_next_look(facts(status={"effective": None})))
        assert found[0] == ("The operator looks", "not known: it has not looked at this resource yet")


class TestEvents:
    def test_are_told_the_newest_first(self) -> None:
        events = tuple(
            {"type": "Normal", "reason": f"R{number}", "message": "m.", "lastTimestamp": f"2026-11-30T11:{number}:00Z"}
            for number in range(40, 52)
        )
        found = lines(describe_events(facts(events)))
        assert found[0] == ("9m ago", "R51: m.")
        assert found[-1] == ("", "and 2 older ones")

    def test_that_could_not_be_read_say_why(self) -> None:
        told = JobFacts(make_job(), (), NOW, events_fault="You may not list events.")
        assert lines(describe_events(told)) == [("Not read", "You may not list events.")]


class TestLinks:
    def test_lead_to_the_app_and_to_what_microsoft_says_of_quarantines(self) -> None:
        [app, page] = describe_links(facts(spec={"servicePrincipal": {"appId": "4711"}})).lines
        assert app.text.endswith("/objectId/0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01/appId/4711")
        assert page.text.startswith("https://learn.microsoft.com/")


def test_the_description_has_no_value_of_a_credential_and_no_mail_address() -> None:
    described = write_description(facts())
    for text in (json.dumps(described), yaml.safe_dump(described)):
        assert "sesame" not in text
        assert "iam@example.com" not in text
