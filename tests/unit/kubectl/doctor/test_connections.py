"""What `doctor` finds about connections: logins, permissions, and credentials that expire."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrasync.graph.permissions import FEATURES
from kubectl_entrasync.doctor.connections import check_connections, check_expirations, check_permissions
from kubectl_entrasync.doctor.features import find_used_features
from kubectl_entrasync.doctor.finding import Level
from tests.support.described_job import condition
from tests.support.doctor_facts import ERROR, NOW, OK, READY, WARNING, WELL, connection, job


class TestConnections:
    @pytest.mark.parametrize(
        ("status", "level"),
        [("False", ERROR), ("Unknown", WARNING)],
    )
    def test_that_do_not_work_say_why(self, status: str, level: Level) -> None:
        faulty = connection(condition("Ready", status, "CredentialRefused", "Entra refused the secret."))
        [finding] = check_connections(replace(WELL, connections=[faulty]))
        assert finding.level is level
        assert "identity/default does not work (CredentialRefused): Entra refused the secret." in finding.what
        assert finding.command == "kubectl describe graphconnections default --namespace identity"

    def test_that_nobody_has_looked_at_are_told(self) -> None:
        fresh = {"metadata": {"namespace": "identity", "name": "default"}, "spec": {}}
        [finding] = check_connections(replace(WELL, connections=[fresh]))
        assert "was not looked at by an operator yet" in finding.what


class TestPermissions:
    @pytest.mark.parametrize(
        ("spec", "level"),
        [({"schema": {"policy": "Merge"}}, ERROR), ({}, OK), ({"connectionRef": {"name": "other"}}, OK)],
    )
    def test_that_are_missing_are_errors_where_a_job_needs_them(self, spec: dict[str, Any], level: Level) -> None:
        lack = {"feature": "spec.schema", "anyOf": ["Synchronization.ReadWrite.All"]}
        facts = replace(WELL, connections=[connection(missingPermissions=[lack])], jobs=[job(READY, spec=spec)])
        [finding] = check_permissions(facts)
        assert finding.level is level

    def test_are_needed_by_what_the_jobs_use(self) -> None:
        spec = {
            "servicePrincipal": {"appId": "1"},
            "application": {"provisioningScope": "All"},
            "settings": [{"name": "x", "value": "y"}],
            "schema": {},
        }
        request = {"metadata": {"namespace": "identity", "name": "now"}, "spec": {"jobRef": {"name": "crm"}}}
        used = find_used_features(connection(), [job(spec=spec | {"schema": {"policy": "Merge"}})], [request])
        assert used == {feature.description for feature in FEATURES if not feature.is_optional}

    def test_of_a_provisioning_request_are_those_of_its_job_and_its_own(self) -> None:
        request = {"metadata": {"namespace": "identity", "name": "now"}, "spec": {"jobRef": {"name": "crm"}}}
        used = find_used_features(connection(), [job(spec={"managementPolicy": "Observe"})], [request])
        assert used == {FEATURES[0].description, "ProvisioningRequests"}

    def test_of_a_job_that_is_only_observed_are_those_of_reading(self) -> None:
        used = find_used_features(connection(), [job(spec={"managementPolicy": "Observe", "settings": [{}]})], [])
        assert used == {FEATURES[0].description}


class TestExpirations:
    @pytest.mark.parametrize(
        ("at", "level", "words"),
        [
            ("2026-12-20T00:00:00Z", WARNING, "expires at 2026-12-20"),
            ("2026-12-01T00:00:00Z", ERROR, "expires at 2026-12-01"),
            ("2026-11-01T00:00:00Z", ERROR, "is expired since 2026-11-01"),
        ],
    )
    def test_that_come_soon_are_told(self, at: str, level: Level, words: str) -> None:
        [finding] = check_expirations(replace(WELL, connections=[connection(credentialExpiresAt=at)]))
        assert finding.level is level
        assert words in finding.what

    def test_are_those_of_the_certificate_where_the_operator_says_nothing(self) -> None:
        by_certificate = connection(spec={"clientCertificate": {"secretRef": {"name": "crm"}}})
        certificates = {("identity", "crm"): NOW + timedelta(days=2)}
        [finding] = check_expirations(replace(WELL, connections=[by_certificate], certificates=certificates))
        assert finding.level is ERROR
