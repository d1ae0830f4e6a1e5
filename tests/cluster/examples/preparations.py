"""What each example takes for granted of its tenant. The service principals are made before."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from tests.cluster.examples.example import Example

Preparation = Callable[[Example], object]


def has_a_running_job(example: Example) -> None:
    example.world.create_job(example.principal, started=True)


def has_a_paused_job(example: Example) -> None:
    example.world.create_job(example.principal)


def has_two_jobs_and_names_one(example: Example) -> None:
    example.world.create_job(example.principal)
    spec = example.job["spec"]
    assert spec["jobId"].startswith(f"{spec['template']['id']}.")
    spec["jobId"] = example.world.create_job(example.principal).id


def is_held_for_some_minutes(example: Example) -> None:
    annotations = example.job["metadata"]["annotations"]
    assert list(annotations) == [HOLD_UNTIL_ANNOTATION]
    annotations[HOLD_UNTIL_ANNOTATION] = f"{example.world.now() + timedelta(minutes=4):%Y-%m-%dT%H:%M:%SZ}"


def is_new(example: Example) -> None:
    pass


PREPARATIONS: Mapping[str, Preparation] = {
    "minimal": is_new,
    "paused": is_new,
    "retain": has_a_running_job,
    "adopt-existing": has_two_jobs_and_names_one,
    "observe-only": has_a_paused_job,
    "emergency-hold": is_held_for_some_minutes,
}
