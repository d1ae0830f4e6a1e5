"""Counts the operator's writes to the API server from applying one resource until two seconds after it is Ready.

The API server's audit log counts every create, update, patch or delete of synchronizationjobs and their status by the
operator's own user, whatever the answer. Events are not counted.
"""

from benchmarks.environment import start_environment


def measure() -> float:
    """Create, start and mirror one job."""
    with start_environment(has_audit=True) as environment:
        since = environment.audit_position()
        environment.apply(environment.make_manifests(1))
        return len(environment.list_writes(since))
