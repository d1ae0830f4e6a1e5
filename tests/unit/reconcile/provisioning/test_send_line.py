"""The line in which the ProvisioningRequests of a tenant wait."""

from datetime import datetime, timedelta

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.provisioning.send_line import LATE, PERIOD, Place, SendLine
from tests.support.facts import NOW, seconds

TENANT = "a-tenant"
SOON = timedelta(microseconds=1)


def key(number: int, namespace: str = "identity") -> ObjectKey:
    return ObjectKey(namespace, f"user-{number:03d}")


class WaitingRequests:
    """A line of one tenant, in which the request of a number was created that many seconds after the first."""

    def __init__(self) -> None:
        self.line, self.now = SendLine(), NOW

    def enter(self, number: int, tenant: str = TENANT, *, namespace: str = "identity") -> Place | None:
        created_at = NOW - timedelta(hours=1) + seconds(number)
        return self.line.enter(tenant, key(number, namespace), created_at=created_at, now=self.now)

    def place(self, number: int, namespace: str = "identity") -> int:
        found = self.enter(number, namespace=namespace)
        assert found is not None
        return found.number

    def send(self, *numbers: int) -> None:
        for number in numbers:
            assert self.enter(number) is None
            self.line.finish(TENANT, key(number), self.now)

    def count_turns(self) -> int:
        return len(self.line._tenants[TENANT].turns)

    def move(self, delay: timedelta) -> None:
        self.now += delay


@pytest.fixture
def line() -> WaitingRequests:
    return WaitingRequests()


class TestTurn:
    def test_is_given_to_five_at_once(self, line: WaitingRequests) -> None:
        assert [line.enter(number) for number in range(5)] == [None] * 5
        assert line.place(5) == 1

    def test_is_given_again_ten_seconds_after_an_answer(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3)
        assert line.enter(4) is None
        line.move(seconds(7))
        line.line.finish(TENANT, key(4), line.now)
        line.move(seconds(3))
        line.send(5, 6, 7, 8)
        assert line.place(9) == 1, "the fifth was answered seven seconds later"

    def test_is_not_given_while_those_before_wait_for_it(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        assert [line.place(number) for number in (5, 6)] == [1, 2]
        line.move(PERIOD)
        assert line.enter(10) is None, "there is room for those before it too"
        assert [line.enter(number) for number in (5, 6)] == [None, None]

    def test_goes_to_the_oldest_first(self, line: WaitingRequests) -> None:
        line.send(10, 11, 12, 13, 14)
        assert [line.place(number) for number in (20, 21, 22, 23, 24)] == [1, 2, 3, 4, 5]
        assert line.place(15) == 1
        assert line.place(24) == 6

    def test_of_one_tenant_is_none_of_another(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        assert line.enter(5, "another-tenant") is None

    def test_that_was_not_used_is_free_at_once(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3)
        assert line.enter(4) is None
        assert line.place(5) == 1
        line.line.leave(key(4))
        assert line.enter(5) is None

    def test_counts_what_a_former_process_has_sent(self, line: WaitingRequests) -> None:
        line.line.seed([NOW - seconds(4)] * 7)
        assert line.enter(0) is not None
        line.move(seconds(6))
        assert line.enter(0) is None

    def test_is_given_at_most_five_times_in_ten_seconds_whenever_they_ask(self, line: WaitingRequests) -> None:
        sent: list[datetime] = []
        for number in range(40):
            while (found := line.enter(number)) is not None:
                line.move(found.look_again)
            line.line.finish(TENANT, key(number), line.now)
            sent.append(line.now)
        assert all(later - earlier >= PERIOD for earlier, later in zip(sent, sent[5:], strict=False))
        assert sent[-1] - sent[0] < timedelta(seconds=75)


class TestNamespaces:
    """Namespace `many` has filled the line when others come."""

    @pytest.fixture(autouse=True)
    def fill(self, line: WaitingRequests) -> None:
        for number in range(40):
            if line.enter(number, namespace="many") is None:
                line.line.finish(TENANT, key(number, "many"), line.now)

    def test_with_one_request_do_not_wait_for_one_with_many(self, line: WaitingRequests) -> None:
        assert line.place(90, "few") == 1
        assert line.place(91, "other") == 2
        assert line.place(5, "many") == 3
        assert line.place(6, "many") == 4
        line.move(PERIOD)
        assert line.enter(90, namespace="few") is None

    def test_take_turns(self, line: WaitingRequests) -> None:
        for number in range(90, 93):
            line.enter(number, namespace="few")
        assert [line.place(number, "few") for number in (90, 91, 92)] == [1, 3, 5]
        assert [line.place(number, "many") for number in (5, 6, 7, 8)] == [2, 4, 6, 7]

    def test_keep_their_turn_when_another_has_had_its_own(self, line: WaitingRequests) -> None:
        line.move(PERIOD)
        assert line.enter(90, namespace="few") is None
        line.line.finish(TENANT, key(90, "few"), line.now)
        for number in range(5, 9):
            assert line.enter(number, namespace="many") is None
        assert line.place(91, "few") == 1, "namespace many had its turn later"
        assert line.place(9, "many") == 2

    def test_give_each_request_a_place_of_its_own(self, line: WaitingRequests) -> None:
        waiting = [(number, "many") for number in range(5, 40)]
        waiting += [(90 + number, namespace) for number in range(4) for namespace in ("few", "other")]
        for number, namespace in waiting:
            line.enter(number, namespace=namespace)
        places = [line.place(number, namespace) for number, namespace in waiting]
        assert sorted(places) == list(range(1, len(waiting) + 1))

    def test_that_have_had_their_turn_do_not_wait_for_new_ones_without_an_end(self, line: WaitingRequests) -> None:
        for second in range(1, 10):
            line.move(seconds(1))
            assert line.place(3600 + second, f"new-{second}") > 1
        line.move(seconds(1))
        assert line.enter(5, namespace="many") is None, "it has waited longer than each of the new ones"

    def test_that_come_later_wait_for_one_request_of_one_with_many(self, line: WaitingRequests) -> None:
        for number in range(5, 10):
            line.enter(number, namespace="many")
        line.move(seconds(1))
        assert line.place(3601, "new") == 2

    def test_that_wait_for_nothing_any_more_are_forgotten(self, line: WaitingRequests) -> None:
        for number in range(50):
            line.move(PERIOD)
            assert line.enter(3700 + number, namespace=f"new-{number}") is None
            line.line.finish(TENANT, key(3700 + number, f"new-{number}"), line.now)
        assert line.count_turns() < 10


class TestPlace:
    def test_tells_when_to_ask_again(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        assert line.enter(5) == Place(1, PERIOD)
        for number in range(6, 30):
            line.enter(number)
        assert line.enter(30) == Place(26, seconds(30)), "half of the minute that it takes"

    def test_is_that_of_those_who_come_back_in_time(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        for number in (5, 6, 7):
            line.enter(number)
        line.move(PERIOD + LATE + SOON)
        line.send(8, 9, 10, 11, 12)
        assert line.place(13) == 1

    def test_moves_up_when_others_leave(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        assert [line.place(number) for number in (5, 6)] == [1, 2]
        line.line.leave(key(5))
        assert line.place(6) == 1

    def test_is_forgotten_when_the_clock_was_set(self, line: WaitingRequests) -> None:
        line.send(0, 1, 2, 3, 4)
        line.line.forget_times()
        assert line.enter(5) is None
