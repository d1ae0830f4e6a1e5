"""By which name passes are counted, so that tenants get fair shares of them."""

from dataclasses import replace

from tests.support.connection_harness import ConnectionHarness
from tests.support.facts import TENANT, desired, resource


def test_jobs_that_were_seen_in_a_tenant_are_counted_together_whatever_connection_they_use(
    harness: ConnectionHarness,
) -> None:
    one, other = resource(desired()), resource(desired(connection_name="own"))
    pinned = [job.with_record(replace(job.record, tenant_id=TENANT)) for job in (one, other)]
    assert {harness.connections.name_tenant(job) for job in pinned} == {TENANT}


def test_jobs_that_were_not_seen_yet_are_counted_by_the_namespace_of_their_connections(
    harness: ConnectionHarness,
) -> None:
    """One owner may make many connections, which prove no tenant."""
    jobs = [resource(desired(connection_name=name)) for name in ("own", "another")]
    assert {harness.connections.name_tenant(job) for job in jobs} == {jobs[0].key.namespace}
