"""A hold that had passed when it was set is told by an Event; one that ended by itself is not."""

from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import desired, minutes, resource
from tests.support.reconciler_harness import ReconcilerHarness


def hold(harness: ReconcilerHarness, key: ObjectKey, until: datetime) -> None:
    known = harness.server.stored[key]
    annotations = {**known.annotations, HOLD_UNTIL_ANNOTATION: write_time(until)}
    harness.server.apply(replace(known, annotations=annotations))


def told(harness: ReconcilerHarness) -> int:
    return harness.recorded.reasons.count("HoldInThePast")


async def test_a_hold_in_the_past_of_a_new_resource_is_told_once(harness: ReconcilerHarness) -> None:
    past = {HOLD_UNTIL_ANNOTATION: write_time(harness.clock.now() - timedelta(days=300))}
    key = harness.apply(resource(desired(), annotations=past, finalizers=()))
    await harness.run_until(key, minutes(30))
    assert told(harness) == 1
    assert harness.condition(key, "Ready")[0] == "True"


async def test_each_hold_in_the_past_that_is_set_later_is_told(harness: ReconcilerHarness) -> None:
    key = harness.apply_holder()
    await harness.run(key)
    hold(harness, key, harness.clock.now() - minutes(5))
    await harness.run(key)
    hold(harness, key, harness.clock.now() - minutes(4))
    await harness.run(key)
    assert told(harness) == 2
    assert "has passed, so the job is not paused" in harness.recorded.events[-1].message


async def test_a_hold_that_has_ended_is_not_told_and_neither_is_it_by_the_next_process(
    harness: ReconcilerHarness,
) -> None:
    key = harness.apply_holder()
    hold(harness, key, harness.clock.now() + minutes(10))
    await harness.run_until(key, minutes(20))
    harness.restart()
    await harness.run(key)
    assert told(harness) == 0
