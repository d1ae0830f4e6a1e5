"""Checks how access tokens are issued, accepted and refused."""

import jwt
import pytest

from graph_simulator.identity.applications import Application
from graph_simulator.identity.tokens import GRAPH, TokenMint, TokenRefusedError, make_key

APPLICATION = Application(client_id="client", tenant_id="tenant", secrets=("s",), roles=("Some.Role",))


class RealTime:
    """The real time, which a test sets."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.5

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def real() -> RealTime:
    return RealTime()


@pytest.fixture
def mint(real: RealTime) -> TokenMint:
    return TokenMint(real=real)


def test_a_token_has_the_claims_of_entra(mint: TokenMint) -> None:
    token = mint.issue(APPLICATION, GRAPH)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims == mint.check(token)
    assert claims["aud"] == GRAPH
    assert claims["iss"] == "https://sts.windows.net/tenant/"
    assert (claims["tid"], claims["appid"], claims["roles"]) == ("tenant", "client", ["Some.Role"])
    assert claims["exp"] - claims["iat"] == 3599


def test_a_token_of_an_application_without_roles_has_no_roles_claim(mint: TokenMint) -> None:
    application = Application(client_id="client", tenant_id="tenant", secrets=("s",), roles=())
    assert "roles" not in mint.check(mint.issue(application, GRAPH))


def test_a_token_expires_in_real_time(mint: TokenMint, real: RealTime) -> None:
    token = mint.issue(APPLICATION, GRAPH)
    real.seconds += 3598
    mint.check(token)
    real.seconds += 2
    with pytest.raises(TokenRefusedError, match="expired"):
        mint.check(token)


def test_revoked_tokens_are_refused_and_new_ones_accepted(mint: TokenMint) -> None:
    old = mint.issue(APPLICATION, GRAPH)
    mint.revoke_all()
    with pytest.raises(TokenRefusedError, match="expired"):
        mint.check(old)
    mint.check(mint.issue(APPLICATION, GRAPH))


@pytest.mark.parametrize("token", ["garbled", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_malformed_token_is_refused(mint: TokenMint, token: str) -> None:
    with pytest.raises(TokenRefusedError, match="CompactToken"):
        mint.check(token)


def test_an_empty_token_is_refused(mint: TokenMint) -> None:
    with pytest.raises(TokenRefusedError, match="empty"):
        mint.check("")


def test_a_token_for_another_audience_is_refused(mint: TokenMint, real: RealTime) -> None:
    claims = {"aud": "https://vault.azure.net", "iat": 0, "nbf": 0, "exp": real.seconds + 60}
    with pytest.raises(TokenRefusedError, match="audience"):
        mint.check(jwt.encode(claims, make_key(), algorithm="RS256"))
