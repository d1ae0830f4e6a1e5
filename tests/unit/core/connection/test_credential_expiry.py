"""Which of the listed client secrets is the one in use, and when Graph is asked for them."""

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from entrasync.core.connection.credential_expiry import LOOK_INTERVAL, ListedSecret, find_secret_end, is_look_due
from tests.support.facts import NOW

SECRET = "a1b~in-use"
SOON, LATER, PAST = NOW + timedelta(days=1), NOW + timedelta(days=90), NOW - timedelta(seconds=1)
MINE = ListedSecret("a1b", SOON)

hints = st.sampled_from(["a1b", "a1B", "a1", "a1b~", "b1a", ""])
ends = st.none() | st.sampled_from([PAST, NOW, SOON, LATER])
entries = st.builds(ListedSecret, hints, ends)


class TestFindSecretEnd:
    def test_is_the_end_of_the_only_one_that_begins_as_the_secret_does(self) -> None:
        assert find_secret_end(SECRET, [ListedSecret("b1a", LATER), MINE], now=NOW) == SOON

    def test_is_not_known_if_none_begins_so(self) -> None:
        assert find_secret_end(SECRET, [ListedSecret("a1B", SOON), ListedSecret("", LATER)], now=NOW) is None

    def test_is_not_known_if_two_begin_so_even_if_they_end_together(self) -> None:
        assert find_secret_end(SECRET, [MINE, MINE], now=NOW) is None

    def test_is_found_beside_one_that_has_ended(self) -> None:
        assert find_secret_end(SECRET, [ListedSecret("a1b", NOW), MINE], now=NOW) == SOON

    def test_is_not_known_of_one_that_graph_tells_no_end_of(self) -> None:
        assert find_secret_end(SECRET, [ListedSecret("a1b", None)], now=NOW) is None

    def test_is_not_known_if_one_without_an_end_begins_so_too(self) -> None:
        assert find_secret_end(SECRET, [MINE, ListedSecret("a1b", None)], now=NOW) is None

    def test_is_not_found_by_an_empty_hint_or_one_of_another_length(self) -> None:
        for hint in ("", "a", "a1", "a1b~"):
            assert find_secret_end(SECRET, [ListedSecret(hint, SOON)], now=NOW) is None

    @given(listed=st.lists(entries, max_size=6))
    def test_is_never_that_of_one_that_begins_otherwise_or_has_ended(self, listed: list[ListedSecret]) -> None:
        found = find_secret_end(SECRET, [*listed, MINE], now=NOW)
        assert found in {SOON, None}, "no other one can be alone"

    @given(listed=st.lists(entries, max_size=5), other=entries, place=st.integers(0, 5))
    def test_depends_neither_on_the_order_nor_on_what_cannot_be_it(
        self, listed: list[ListedSecret], other: ListedSecret, place: int
    ) -> None:
        assume(other.hint != "a1b" or other.has_ended(NOW))
        more = [*listed[:place], other, *listed[place:]]
        found = find_secret_end(SECRET, listed, now=NOW)
        assert find_secret_end(SECRET, more, now=NOW) == find_secret_end(SECRET, more[::-1], now=NOW) == found

    @given(listed=st.lists(entries, max_size=5))
    def test_is_not_known_any_more_when_a_second_one_can_be_it(self, listed: list[ListedSecret]) -> None:
        assert find_secret_end(SECRET, [MINE, *listed, MINE], now=NOW) is None


class TestListedSecret:
    def test_is_written_without_its_first_characters(self) -> None:
        assert "a1b" not in repr(MINE)


class TestIsLookDue:
    def test_is_so_before_the_first_look(self) -> None:
        assert is_look_due(None, NOW)

    def test_is_so_once_a_day(self) -> None:
        assert not is_look_due(NOW, NOW)
        assert not is_look_due(NOW, NOW + LOOK_INTERVAL - timedelta(seconds=1))
        assert is_look_due(NOW, NOW + LOOK_INTERVAL)

    def test_is_so_after_the_clock_was_set_back(self) -> None:
        assert is_look_due(NOW, datetime(2020, 1, 1, tzinfo=UTC))
