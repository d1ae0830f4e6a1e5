"""When the client secret of a connection ends is told by Graph, and shown by its status and by the metrics."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import OperatorEnvironment, open_second_operator
from tests.support.polling import HANG_SECONDS, until
from tests.support.teams import ROLES, Team

METRIC = "entrasync_connection_credential_expiry_timestamp_seconds"
OWN = {"kind": "InstallConnection", "resource_namespace": "", "name": "default", "credential": "secret"}
END = datetime.now(UTC).replace(microsecond=0) + timedelta(days=300)
OWN_END = END + timedelta(days=1)


def read_end(environment: OperatorEnvironment, labels: Mapping[str, str]) -> float | None:
    """Read the end that the metric tells of one connection."""
    assert environment.operator is not None
    families = text_string_to_metric_families(environment.operator.read("/metrics")[1])
    samples = [sample for family in families for sample in family.samples]
    return next((sample.value for sample in samples if sample.name == METRIC and sample.labels == labels), None)


def test_the_end_of_a_client_secret_is_shown_and_vanishes_with_the_secret(
    shared_operator: SharedOperator, tmp_path: Path
) -> None:
    simulator, client = shared_operator.environment.simulator, str(uuid.uuid4())
    file, own = tmp_path / "client-secret", "own~canary-of-the-install"
    file.write_text(own)
    simulator.set_application(client, secrets=[own], roles=list(ROLES))
    simulator.set_secret_end(own, OWN_END, client_id=client)
    with open_second_operator(
        shared_operator.environment, flags=(f"--client-id={client}",), secret_file=file
    ) as second:
        second.wait_ready(second.apply_job(simulator.create_service_principal().id))
        until(lambda: read_end(second, OWN) == OWN_END.timestamp(), what="the end of the install's own secret is shown")
        team = Team.register(second)
        simulator.set_secret_end(team.secret, END, client_id=team.client, tenant_id=team.tenant)
        team.connect("contoso")
        labels = OWN | {"kind": "GraphConnection", "resource_namespace": team.namespace, "name": "contoso"}
        written = END.strftime("%Y-%m-%dT%H:%M:%SZ")
        team.wait("contoso", lambda found: shown(found) == written, "its end is shown", HANG_SECONDS)
        assert read_end(second, labels) == END.timestamp()
        simulator.add_secret("new~canary-without-an-end", team.client, team.tenant)
        team.apply_secret(client_secret="new~canary-without-an-end")
        team.wait("contoso", lambda found: shown(found) is None, "no end is shown", HANG_SECONDS)
        assert read_end(second, labels) is None


def shown(found: Mapping[str, Any]) -> str | None:
    """Return the end that a status tells."""
    end: str | None = found["status"].get("credentialExpiresAt")
    return end
