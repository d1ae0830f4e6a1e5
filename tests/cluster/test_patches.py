"""What the operator's own writes rely on."""

import pytest

from tests.cluster.jobs import Jobs
from tests.support.cluster import RefusedError

ANOTHER = {"uid": "00000000-0000-0000-0000-000000000000"}


@pytest.mark.parametrize("overlay", [{}, {"status": {"tenantId": "x"}}], ids=["metadata", "status"])
def test_a_patch_with_the_uid_of_another_object_is_refused_as_a_conflict(
    jobs: Jobs, overlay: dict[str, object]
) -> None:
    """A resource that was deleted and made anew must not inherit the job of the old one."""
    with pytest.raises(RefusedError) as caught:
        jobs.change(jobs.create(), {"metadata": ANOTHER, **overlay})
    assert caught.value.code == 409
