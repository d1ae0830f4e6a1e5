"""The actions of Argo CD on real resources: the API server takes what they change, and the operator does it.

Argo CD runs the script of an action over the live object, and sends the difference as a merge patch.
"""

from collections.abc import Callable
from typing import Any

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    HOLD_UNTIL_ANNOTATION,
    KIND,
    REQUEST_ANNOTATIONS,
    RESTART_ANNOTATION,
)
from tests.support.cluster import Object
from tests.support.gitops.argo_cd import action_scripts, discovery_script
from tests.support.gitops.engines import Engines
from tests.support.gitops.phase import KINDS
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator
from tests.support.polling import HANG_SECONDS
from tests.support.teams import ROLES, Team

BEGINNING = ["createJob", "startJob"]

Act = Callable[[str], Object]


def difference(before: Any, after: Any) -> Any:
    """Return the merge patch (RFC 7386) that makes one object another."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return after
    gone: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    changed = {name: value for name, value in after.items() if name not in before or value != before[name]}
    return gone | {name: difference(before.get(name), value) for name, value in changed.items()}


def restart_of(found: Object) -> Object:
    """Return what the status says of the restart that the annotation asks for."""
    done: Object = found["status"].get("restarts", {}).get("request", {})
    return done


class ArgoCd:
    """Argo CD, as far as the actions on one resource go."""

    def __init__(self, engines: Engines, environment: OperatorEnvironment, name: str, kind: str = KIND) -> None:
        self.engines, self.environment, self.name, self.kind = engines, environment, name, kind

    def act(self, action: str, **parameters: str) -> Object:
        """Perform an action, which has to be offered; return the resource as it is then."""
        place = (API_VERSION, KINDS[self.kind], self.name, self.environment.namespace)
        live = self.environment.cluster.get(*place)
        [offered] = self.engines.lua(discovery_script(self.kind).text, [live])
        assert not offered[action]["disabled"], f"{action} is not offered"
        [changed] = self.engines.lua(action_scripts(self.kind)[action].text, [live], **parameters)
        patch = difference(live, changed)
        assert set(patch) <= {"metadata", "spec"}
        return self.environment.cluster.patch(*place, merge=patch)


def test_reconcile_restart_hold_and_resume(engines: Engines, environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, pollInterval="30s")
    environment.wait_ready(name)
    argo_cd = ArgoCd(engines, environment, name)

    token = argo_cd.act("reconcile")["metadata"]["annotations"][REQUEST_ANNOTATIONS[0]]
    environment.wait(
        name, lambda found: found["status"].get("lastHandledReconcileAt") == token, "the request is handled"
    )
    assert environment.writes(principal) == BEGINNING

    token = argo_cd.act("restart")["metadata"]["annotations"][RESTART_ANNOTATION]
    environment.wait(
        name,
        lambda found: restart_of(found).get("token") == token and restart_of(found)["outcome"] == "Restarted",
        "the restart is done",
    )

    until = argo_cd.act("hold", hours="100")["metadata"]["annotations"][HOLD_UNTIL_ANNOTATION]
    held = environment.wait_condition(name, "Ready", reason="Paused")
    assert until in condition(held, "Ready")["message"]
    argo_cd.act("resume")
    environment.wait(name, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the job runs again")
    environment.wait_polls(principal)
    assert environment.writes(principal) == [*BEGINNING, "restartJob", "pauseJob", "startJob"]


def test_approve_held_deletions(engines: Engines, environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    deletions = {"accidentalDeletions": {"threshold": 500}}
    name = environment.apply_job(principal, pollInterval="30s", application=deletions)
    job = environment.wait_ready(name)["status"]["job"]["id"]
    environment.simulator.quarantine(job, "TooManyDeletes")
    environment.wait_condition(name, "DeletionsHeld")
    ArgoCd(engines, environment, name).act("approve-held-deletions")
    environment.wait(name, lambda found: not condition(found, "DeletionsHeld"), "the deletions are performed")
    environment.wait_polls(principal)
    assert [restart.scope for restart in environment.simulator.job(job).restarts] == [("ForceDeletes",)]


def test_approve_deletion(engines: Engines, environment: OperatorEnvironment) -> None:
    with open_second_operator(environment, flags=("--deletion-limit=0",)) as limited:
        principal = limited.simulator.create_service_principal().id
        name = limited.apply_job(principal, pollInterval="30s")
        limited.wait_ready(name)
        limited.delete_job(name)
        limited.wait_stalled(name, "DeletionHeld")
        assert limited.writes(principal) == BEGINNING
        ArgoCd(engines, limited, name).act("approve-deletion")
        limited.wait_gone(name)
        assert limited.writes(principal) == [*BEGINNING, "deleteJob"]


def test_reconcile_of_a_connection(engines: Engines, environment: OperatorEnvironment) -> None:
    team = Team.register(environment)
    team.connect("argo-cd")
    roles = [*ROLES, "AuditLog.Read.All"]
    environment.simulator.set_application(team.client, team.tenant, secrets=[team.secret], roles=roles)
    ArgoCd(engines, environment, "argo-cd", CONNECTION_KIND).act("reconcile")
    team.wait(
        "argo-cd",
        lambda found: set(found["status"]["roles"]) == set(roles),
        "the operator has logged in again",
        HANG_SECONDS,
    )
    team.delete_connection("argo-cd")
    team.delete_secret()
