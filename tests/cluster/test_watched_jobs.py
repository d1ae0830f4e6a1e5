"""What a bench sees of resources while nothing changes."""

import re

import httpx
import pytest

from local_stack import Cluster, NoChangeError
from tests.cluster.jobs import Jobs


@pytest.mark.parametrize("seconds", [0.5, 1.5])
def test_a_watch_of_resources_ends_when_nothing_has_changed_for_as_long_as_was_allowed(
    jobs: Jobs, namespace: str, seconds: float
) -> None:
    sentence = re.escape(f"no resource of namespace {namespace} changed for {seconds} s")
    with Cluster(jobs.cluster.plane) as cluster, pytest.raises(NoChangeError, match=f"^{sentence}$") as ended:
        list(cluster.watch_jobs(namespace, quiet_seconds=seconds))
    cause = ended.value.__context__
    assert isinstance(cause, httpx.ReadTimeout)
    assert cause.request.extensions["timeout"]["read"] == seconds
