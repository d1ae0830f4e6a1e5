"""Secrets are redacted in texts of others, in every encoding that may repeat them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.redaction import FRAGMENT_LENGTH, MAX_SECRETS_LENGTH, MAX_TEXT_LENGTH, Redactor
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


class TestRedactor:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
    def test_leaves_no_form_of_a_value(self, value: str, form: str) -> None:
        quoted = forms_of(value)[form]
        redacted = Redactor([value]).redact(f"The token '{quoted}' was refused.")
        assert find_pieces(redacted, value) == []
        assert redacted.startswith("The token '*")

    @pytest.mark.parametrize("form", FORMS)
    def test_keeps_the_text_around_a_value(self, form: str) -> None:
        value = VALUES["a token"]
        assert Redactor([value]).redact(f"The token '{forms_of(value)[form]}' was refused.") in {
            "The token '*' was refused.",
            "The token '*=' was refused.",
            "The token '*==' was refused.",
        }

    def test_redacts_a_shortened_quote(self) -> None:
        redactor = Redactor(["canary-very-long-token-that-is-cut"])
        assert (
            redactor.redact("It began with canary-very-l..., and ended with …t-is-cut.")
            == "It began with *..., and ended with …*."
        )

    def test_replaces_overlapping_secrets_once(self) -> None:
        assert Redactor(["canary-one", "canary-one-more"]).redact("canary-one-more, canary-one") == "*, *"

    @pytest.mark.parametrize("value", ["toy!", "secret7"])
    def test_redacts_a_short_value_only_as_a_whole(self, value: str) -> None:
        assert Redactor([value]).redact(f"'{value}' and '{value[:-1]}'") == f"'*' and '{value[:-1]}'"

    @pytest.mark.parametrize("value", ["", "1", "No", "  a\n"])
    def test_ignores_values_that_are_too_short(self, value: str) -> None:
        text = "No. 1 is a bad value, and a space is none."
        assert Redactor([value]).redact(text) == text

    def test_keeps_a_text_without_secrets(self) -> None:
        text = "Invalid client secret: 100% of it (see https://example.com/?a=b&c=%20d, or \\u00e4).\n"
        assert Redactor(list(VALUES.values())).redact(text) == text

    @pytest.mark.parametrize(
        "text", ["\ud800", "%", "%4", "\\", "\\u12", "\\ud83d\\u", "&#99999999;", "&;", "é" * 99, "\0"]
    )
    def test_accepts_any_text(self, text: str) -> None:
        assert Redactor(["canary-token"]).redact(f"{text} canary-token {text}") == f"{text} * {text}"

    @given(text=st.text(), value=st.text(min_size=1))
    def test_redacts_any_value_in_any_text(self, text: str, value: str) -> None:
        redacted = Redactor([value]).redact(text + value + text)
        if len("".join(value.split())) >= FRAGMENT_LENGTH and value.isascii():
            assert value not in redacted

    def test_shows_no_secret_in_its_representation(self) -> None:
        assert "canary" not in repr(Redactor(["canary-token"]))

    @pytest.mark.parametrize("length", [MAX_SECRETS_LENGTH, MAX_SECRETS_LENGTH + 1, 1_000_000])
    def test_takes_limited_time_for_any_size(self, length: int) -> None:
        value = "canary-" + "0123456789abcdef" * (length // 16)
        redactor, began = Redactor([value[:length]]), time.process_time()
        redacted = redactor.redact("%41word " * 1_000_000 + value)
        assert time.process_time() - began < 30, "it takes as long as the square of the size"
        assert len(redacted) <= MAX_TEXT_LENGTH
        assert "canary" not in redacted
