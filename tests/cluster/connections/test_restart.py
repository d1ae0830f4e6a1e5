"""An operator that starts anew: jobs wait for their connection without a word, and nothing is written."""

from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import open_branch
from tests.support.teams import Team

OURS = "entrasync.io"


def test_it_writes_nothing_where_nothing_has_changed(house: SharedOperator) -> None:
    with open_branch(house.place) as place:
        team = Team.settle(place)
        team.connect("contoso")
        principal = team.make_principal()
        still = {"state": "Paused"}
        name = place.apply_job(principal, connectionRef={"name": "contoso"}, schedule=still, pollInterval="30s")
        place.wait_ready(name)
        place.wait_polls(principal, count=1)
        place.kill_operator()
        before = place.world.journal()[-1].sequence
        position = place.cluster.plane.audit_log.position()
        place.start_operator()
        place.wait_polls(principal, count=3)
        written = place.cluster.plane.audit_log.writes(position)
        assert [write for write in written if (write.namespace, write.group) == (place.namespace, OURS)] == []
        asked = place.world.journal(service_principal=principal, after=before)
        assert {entry.operation for entry in asked} == {"listJobs"}
