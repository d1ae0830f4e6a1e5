"""`kubectl annotate` requests a pass at once, by our annotation and by Flux's."""

import pytest

from entrasync.api.names import API_VERSION, PLURAL
from tests.support.operator_environment import OperatorEnvironment


@pytest.mark.parametrize("annotation", ["entrasync.io/requested-at", "reconcile.fluxcd.io/requestedAt"])
def test_a_request_by_annotation_reads_graph_at_once(environment: OperatorEnvironment, annotation: str) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    name = environment.apply_job(principal, pollInterval="24h")
    environment.wait_ready(name)
    environment.simulator.override(job, set={"status.countSuccessiveCompleteFailures": 7})
    token = "2026-11-21T03:00:00.123456789Z"
    merge = {"metadata": {"annotations": {annotation: token}}}
    environment.cluster.patch(API_VERSION, PLURAL, name, environment.namespace, merge=merge)
    found = environment.wait(
        name, lambda found: found["status"].get("lastHandledReconcileAt") == token, "the request is handled"
    )
    assert found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7
    assert environment.writes(principal) == []
