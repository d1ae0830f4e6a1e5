"""Texts of others, as messages quote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.quotes import CUT, shorten

ROOM = 40


class TestShorten:
    def test_a_short_text_stays_as_it_is(self) -> None:
        assert shorten("The target said: Unauthorized.", ROOM) == "The target said: Unauthorized."

    def test_line_breaks_and_control_characters_become_spaces(self) -> None:
        assert shorten("first\r\n\tsecond\x00third\u2028fourth", ROOM) == "first second third fourth"

    def test_a_long_text_keeps_its_end_where_the_code_may_stand(self) -> None:
        short = shorten("The request failed " + "x" * 5000 + " (Unauthorized)", ROOM * 2)
        assert short.startswith("The request failed")
        assert CUT in short
        assert short.endswith("(Unauthorized)")

    @pytest.mark.parametrize("length", [ROOM, 1024, 2048])
    def test_a_cut_text_has_exactly_the_length_that_there_is_room_for(self, length: int) -> None:
        assert len(shorten("x" * 5000, length)) == length

    @given(st.text(st.characters(), max_size=200))
    def test_any_text_becomes_one_line_that_kubernetes_can_store(self, text: str) -> None:
        short = shorten(text, ROOM)
        assert len(short) <= ROOM
        assert len(short.splitlines()) <= 1
        short.encode()
