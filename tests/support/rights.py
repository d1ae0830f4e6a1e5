"""What a role grants and what a user did, in the same form: a verb and a resource."""

from collections.abc import Iterator
from typing import Any

from tests.support.cluster import Cluster

Right = tuple[str, str]
"""A verb and a resource with its group: `("patch", "entrasync.io/synchronizationjobs/status")`."""


def granted(role: dict[str, Any]) -> Iterator[Right]:
    """Yield the rights of a Role or ClusterRole."""
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    yield verb, f"{group or 'core'}/{resource}"


def without(role: dict[str, Any], right: Right) -> dict[str, Any]:
    """Remove one right from a role."""
    verb, (group, _, resource) = right[0], right[1].partition("/")
    rules = []
    for rule in role["rules"]:
        is_meant = rule["apiGroups"] == ["" if group == "core" else group] and rule["resources"] == [resource]
        verbs = [each for each in rule["verbs"] if not (is_meant and each == verb)]
        rules += [rule | {"verbs": verbs}] if verbs else []
    return role | {"rules": rules}


def used(cluster: Cluster, user: str) -> set[Right]:
    """Collect the requests of a user to the API server's resources. A refused request is marked as such."""
    found: set[Right] = set()
    for request in cluster.plane.audit_log.requests():
        if request.user == user and request.resource:
            resource = "/".join(filter(None, [request.group or "core", request.resource, request.subresource]))
            found.add((request.verb if request.code != 403 else f"refused {request.verb}", resource))
    return found
