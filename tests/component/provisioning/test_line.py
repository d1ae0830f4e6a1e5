"""Graph takes five provisioning requests of a tenant in ten seconds. The others wait in line, at a place that shows."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from tests.support.kill_points.world import REST_SECONDS, World
from tests.support.provisioning_world import ProvisioningWorld, most_within, provisioning

PERIOD = timedelta(seconds=10)
NAMES = [f"user-{number}" for number in range(8)]


def places_of(shown: ProvisioningWorld, name: str) -> list[int]:
    """List the places that the status of a request showed, without repetitions."""
    statuses = [each.get("status", {}) for each in shown.shown if each["metadata"]["name"] == name]
    places = [status["placeInLine"] for status in statuses if "placeInLine" in status]
    return [place for number, place in enumerate(places) if number == 0 or places[number - 1] != place]


class TestEightAtOnce:
    def test_are_sent_at_most_five_in_ten_seconds_and_all_end_with_a_result(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            for name in NAMES:
                shown.world.request(name)
            began = shown.world.now()
            await shown.wait_end(*NAMES)
            calls = shown.calls()
            assert [entry.status for entry in calls] == [200] * 8
            assert most_within(calls, PERIOD) == 5
            assert [shown.status(name)["result"]["outcome"] for name in NAMES] == ["Success"] * 8
            assert shown.world.now() - began < timedelta(seconds=15), "nobody waits longer than is needed"

        provisioning(act)

    def test_show_a_place_in_line_until_they_are_sent(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            for name in NAMES:
                shown.world.request(name)
            await shown.wait_end(*NAMES)
            places = [places_of(shown, name) for name in NAMES if places_of(shown, name)]
            assert sorted(first for first, *_ in places) == [1, 2, 3]
            assert all(later < earlier for each in places for earlier, later in pairwise(each)), places
            assert not any("placeInLine" in shown.status(name) for name in NAMES)

        provisioning(act)

    def test_keep_to_the_limit_when_the_operator_is_started_again_in_between(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            for name in NAMES:
                shown.world.request(name)
            await shown.wait_end(NAMES[0])
            await asyncio.sleep(1)
            await shown.world.run_operator()
            await shown.wait_end(*NAMES)
            assert most_within(shown.calls(), PERIOD) == 5
            assert [entry.status for entry in shown.calls()] == [200] * 8

        provisioning(act)


class TestManyAtOnce:
    def test_go_in_the_order_of_their_creation_with_few_writes_for_their_places(self) -> None:
        names = [f"user-{number:03d}" for number in range(100)]

        async def act(shown: ProvisioningWorld) -> None:
            for name in names:
                shown.world.request(name)
                await asyncio.sleep(0.01)
            await shown.wait_end(*names)
            assert most_within(shown.calls(), PERIOD) == 5
            sent = [shown.status(name)["result"]["sentAt"] for name in names]
            batches = [sent[begin : begin + 5] for begin in range(0, 100, 5)]
            assert all(max(one) < min(other) for one, other in pairwise(batches))
            [first] = [places_of(shown, names[-1])]
            assert first[0] > 80
            assert all(later <= earlier / 2 for earlier, later in pairwise(first)), first

        provisioning(act)


class TestNamespaces:
    def test_with_one_request_overtake_one_with_many_and_are_shown_so(self) -> None:
        names, other = [f"user-{number:02d}" for number in range(30)], "other-team"

        async def act(shown: ProvisioningWorld) -> None:
            shown.world.apply_in(other)
            await asyncio.sleep(REST_SECONDS)
            for name in names:
                shown.world.request(name)
            await shown.wait_reason("WaitingInLine", names[-1])
            shown.world.request("berta", namespace=other)
            began = shown.world.now()
            await shown.wait_end(*names)
            [seen] = [each for each in reversed(shown.shown) if each["metadata"]["name"] == "berta"][:1]
            assert seen["status"]["result"]["outcome"] == "Success"
            sent = sorted(shown.calls(), key=lambda each: each.world_time)
            place = [each.target.service_principal for each in sent].index(shown.world.principals[other].id)
            assert place < 12, "after those that were sent or had their turn when it came"
            assert max(places_of(shown, "berta")) <= 2, "after one request at most, of those that waited before"
            assert most_within(shown.calls(), PERIOD) == 5
            assert shown.world.now() - began < timedelta(seconds=75)

        provisioning(act)


class TestOthers:
    def test_of_another_app_make_a_request_wait_for_the_pause_that_graph_asks_for(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            throttle, world = shown.world.app.simulator.provisioning_throttle, shown.world
            for _ in range(5):
                throttle.admit(world.tenant.service_principals[world.principal.id].tenant_id, world.now())
            world.request()
            assert (await shown.wait_end())["outcome"] == "Success"
            assert [entry.status for entry in shown.calls()] == [429, 200]
            assert world.writes()["provisionOnDemand"] == 1

        provisioning(act)

    def test_that_wait_for_a_missing_job_hold_nobody_up(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            for name in NAMES:
                shown.world.request(name, jobRef={"name": "missing"})
            await shown.wait_reason("WaitingForJob", NAMES[-1])
            shown.world.request()
            began: World = shown.world
            before = began.now()
            await shown.wait_end()
            assert began.now() - before < timedelta(seconds=3)

        provisioning(act)
