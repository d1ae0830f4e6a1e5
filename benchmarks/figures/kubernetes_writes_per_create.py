"""Writes of the operator to the API server for one resource, from applying it to Ready and two seconds after.

Counted by the API server's audit log: every create, update, patch or delete of the operator's own user to
synchronizationjobs and their status, whatever the answer. Events are not counted.
"""

from benchmarks.environment import open_workshop


def measure() -> float:
    """Create, start and mirror one job."""
    with open_workshop(has_audit=True) as workshop:
        since = workshop.audit_position()
        workshop.apply(workshop.make_manifests(1))
        return len(workshop.list_writes(since))
