"""What holds for every condition type and every reason."""

import re

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from tests.support.sources import SOURCES


class TestConditionsAndReasons:
    @pytest.mark.parametrize("word", [*ConditionType, *Reason])
    def test_each_condition_and_each_reason_has_a_meaning_of_its_own(self, word: ConditionType | Reason) -> None:
        assert re.fullmatch(r"\w.{9,}\.", word.meaning)
        assert type(word)(str(word)) is word

    def test_each_reason_is_one_camel_case_word(self) -> None:
        assert all(re.fullmatch(r"[A-Z][A-Za-z]*", reason) for reason in Reason)

    def test_each_reason_is_used(self) -> None:
        """A reason that no code gives would be documented in vain."""
        code = "".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name != "reasons.py")
        assert [reason.name for reason in Reason if not re.search(rf"Reason\.{reason.name}\b", code)] == []
