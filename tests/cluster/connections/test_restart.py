"""An operator that is started again: jobs wait silently for their connection, and nothing is written."""

from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import open_second_operator
from tests.support.teams import Team

OURS = "entrasync.io"


def test_a_restarted_operator_writes_nothing_where_nothing_has_changed(shared_operator: SharedOperator) -> None:
    with open_second_operator(shared_operator.environment) as environment:
        team = Team.register(environment)
        team.connect("contoso")
        principal = team.make_principal()
        still = {"state": "Paused"}
        name = environment.apply_job(principal, connectionRef={"name": "contoso"}, schedule=still, pollInterval="30s")
        environment.wait_ready(name)
        environment.wait_polls(principal, count=1)
        environment.kill_operator()
        before = environment.simulator.journal()[-1].sequence
        position = environment.cluster.plane.audit_log.position()
        environment.start_operator()
        environment.wait_polls(principal, count=3)
        written = environment.cluster.plane.audit_log.writes(position)
        assert [write for write in written if (write.namespace, write.group) == (environment.namespace, OURS)] == []
        asked = environment.simulator.journal(service_principal=principal, after=before)
        assert {entry.operation for entry in asked} == {"listJobs"}
