"""Counts the calls to Graph to change an attribute mapping of a job: the list of jobs, a read, a write and a read.

Graph is asked once more for each expression that it has not read yet. Here the mapping is an attribute.
"""

from typing import Any

from benchmarks.environment import NAMESPACE, start_environment
from benchmarks.errors import NotMeasuredError

RULE, USERS = "USER_OUTBOUND_USER", "Provision Azure Active Directory Users"


def measure() -> float:
    """Change one mapping of one job that is Ready."""
    with start_environment() as environment:
        [manifest] = environment.make_manifests(1)
        environment.apply([manifest])
        environment.wait_for_late_requests()
        environment.simulator.clear_journal()
        name = manifest["metadata"]["name"]
        environment.cluster.patch_job(NAMESPACE, name, {"spec": {"schema": _map_user_name("mail")}})
        environment.wait("the schema matches", lambda: "generation" in environment.get_job().status.get("schema", {}))
        environment.wait_for_late_requests()
        calls = environment.simulator.calls()
        if calls.graph.get("putSchema") != 1:
            raise NotMeasuredError(f"Graph got {calls.graph.get('putSchema', 0)} writes of the schema, and not one")
        return calls.graph_total


def _map_user_name(attribute: str) -> dict[str, Any]:
    mapping = {"target": "userName", "attribute": attribute}
    return {"rules": [{"name": RULE, "objectMappings": [{"name": USERS, "attributeMappings": [mapping]}]}]}
