"""What is hidden in foreign words, in whichever form they repeat it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.graph.wire.redaction import FRAGMENT_LENGTH, MAX_SECRETS_LENGTH, MAX_TEXT_LENGTH, Redactor
from tests.support.certificates import key_pem
from tests.support.secret_forms import find_pieces, forms_of

VALUES = {
    "a token": "canary~Q8~secret-value-of-the-app",
    "a file made with echo": "canary-token-value\n",
    "with a tab": "canary\ttoken/value",
    "with what URLs and JSON escape": 'canary+token/"value"=&<é>',
    "of two parts": "user:canary-password",
    "of many lines": "canary-1234567890\nabc\nx\n-1234567890-canary\n",
    "a key": key_pem(),
}
FORMS = list(forms_of(""))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_form_of_a_value_is_left(value: str, form: str) -> None:
    quoted = forms_of(value)[form]
    hidden = Redactor([value]).redact(f"The token '{quoted}' was refused.")
    assert find_pieces(hidden, value) == []
    assert hidden.startswith("The token '*")


@pytest.mark.parametrize("form", FORMS)
def test_the_words_around_it_stay(form: str) -> None:
    value = VALUES["a token"]
    assert Redactor([value]).redact(f"The token '{forms_of(value)[form]}' was refused.") in {
        "The token '*' was refused.",
        "The token '*=' was refused.",
        "The token '*==' was refused.",
    }


def test_a_shortened_quote_is_hidden_as_far_as_it_goes() -> None:
    redactor = Redactor(["canary-very-long-token-that-is-cut"])
    assert (
        redactor.redact("It began with canary-very-l..., and ended with …t-is-cut.")
        == "It began with *..., and ended with …*."
    )


def test_each_secret_is_hidden_once_however_often_they_overlap() -> None:
    assert Redactor(["canary-one", "canary-one-more"]).redact("canary-one-more, canary-one") == "*, *"


@pytest.mark.parametrize("value", ["toy!", "secret7"])
def test_a_short_value_is_hidden_as_a_whole(value: str) -> None:
    assert Redactor([value]).redact(f"'{value}' and '{value[:-1]}'") == f"'*' and '{value[:-1]}'"


@pytest.mark.parametrize("value", ["", "1", "No", "  a\n"])
def test_values_that_say_nothing_do_not_make_the_words_unreadable(value: str) -> None:
    words = "No. 1 is a bad value, and a space is none."
    assert Redactor([value]).redact(words) == words


def test_ordinary_words_stay_as_they_are() -> None:
    words = "Invalid client secret: 100% of it (see https://example.com/?a=b&c=%20d, or \\u00e4).\n"
    assert Redactor(list(VALUES.values())).redact(words) == words


@pytest.mark.parametrize(
    "words", ["\ud800", "%", "%4", "\\", "\\u12", "\\ud83d\\u", "&#99999999;", "&;", "é" * 99, "\0"]
)
def test_any_words_are_survived(words: str) -> None:
    assert Redactor(["canary-token"]).redact(f"{words} canary-token {words}") == f"{words} * {words}"


@given(text=st.text(), value=st.text(min_size=1))
def test_any_value_is_hidden_in_any_words(text: str, value: str) -> None:
    hidden = Redactor([value]).redact(text + value + text)
    if len("".join(value.split())) >= FRAGMENT_LENGTH and value.isascii():
        assert value not in hidden


def test_a_veil_shows_nothing_of_what_it_hides() -> None:
    assert "canary" not in repr(Redactor(["canary-token"]))


@pytest.mark.parametrize("length", [MAX_SECRETS_LENGTH, MAX_SECRETS_LENGTH + 1, 1_000_000])
def test_it_takes_a_bounded_time(length: int) -> None:
    value = "canary-" + "0123456789abcdef" * (length // 16)
    redactor, began = Redactor([value[:length]]), time.process_time()
    hidden = redactor.redact("%41word " * 1_000_000 + value)
    assert time.process_time() - began < 3
    assert len(hidden) <= MAX_TEXT_LENGTH
    assert "canary" not in hidden
