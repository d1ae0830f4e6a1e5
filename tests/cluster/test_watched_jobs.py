"""What a bench sees of its resources while nothing changes."""

import httpx
import pytest

from local_stack import Cluster
from tests.cluster.jobs import Jobs


@pytest.mark.parametrize("seconds", [0.5, 1.5])
def test_a_watch_of_resources_ends_when_nothing_has_changed_for_as_long_as_was_allowed(
    jobs: Jobs, namespace: str, seconds: float
) -> None:
    with Cluster(jobs.cluster.plane) as cluster, pytest.raises(httpx.ReadTimeout) as ended:
        list(cluster.watch_jobs(namespace, quiet_seconds=seconds))
    assert ended.value.request.extensions["timeout"]["read"] == seconds
