"""What is told of Graph's sentences."""

import pytest

from kubectl_entrasync.provisioning_errors.sentences import mask_secrets, read_hints


@pytest.mark.parametrize(
    ("said", "hints"),
    [
        ("Contoso returned an error response with the HTTP status code 409. Anna is there.", ["HTTP 409"]),
        ('StatusCode: 400, {"scimType":"invalidValue","detail":"Anna"}', ["HTTP 400", "scimType invalidValue"]),
        ("HTTP 429, then HTTP 429.", ["HTTP 429"]),
        ('{"scimType":"Anna"}', []),
        ("Anna has the number 409.", []),
        ("HTTP 40912", []),
        (None, []),
    ],
)
def test_hints_are_words_of_http_and_scim_and_nothing_else(said: str | None, hints: list[str]) -> None:
    assert read_hints(said) == hints


def test_a_token_is_masked_and_a_long_code_stays() -> None:
    code = "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"
    assert mask_secrets(f"{code}: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxMjM0NTY3ODkwIn0") == (
        f"{code}: Bearer *"
    )
