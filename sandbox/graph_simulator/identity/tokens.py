"""Issues and checks access tokens."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from graph_simulator.identity.applications import Application, ManagedIdentity

GRAPH = "https://graph.microsoft.com"


@cache
def make_key() -> rsa.RSAPrivateKey:
    """Create the key that signs tokens, once in a process, since it takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenRefusedError(Exception):
    """Graph does not accept a bearer token; the message is the one that it answers."""


@dataclass(slots=True)
class TokenMint:
    """Issues and checks access tokens. Their lifetime is in real time, whatever the simulated clock does."""

    lifetime_seconds: int = 3599
    resources: Collection[str] = (GRAPH,)
    """The Graph roots that tokens are issued for."""
    graph_roots: Collection[str] | None = None
    """The Graph roots whose tokens are accepted here; None for all `resources`."""
    real: Callable[[], float] = time.time
    _accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    _revoked_before: float = 0.0

    def issue(self, application: Application | ManagedIdentity, resource: str) -> str:
        """Issue a token with the claims that Entra gives an application (version 1.0, as Graph's tokens are)."""
        now = int(self.real())
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{application.tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime_seconds,
            "app_displayname": application.display_name,
            "appid": application.client_id,
            "appidacr": "1",
            "idp": f"https://sts.windows.net/{application.tenant_id}/",
            "idtyp": "app",
            "oid": application.object_id,
            "sub": application.object_id,
            "tid": application.tenant_id,
            "uti": uuid4().hex[:22],
            "ver": "1.0",
        }
        if application.roles:  # Entra omits the claim if no role was consented to
            claims["roles"] = list(application.roles)
        token = jwt.encode(claims, make_key(), algorithm="RS256", headers={"kid": "simulator", "x5t": "simulator"})
        self._accepted[token] = claims
        return token

    def check(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that Graph accepts.

        Raises:
            TokenRefusedError: It is empty, malformed, of another issuer or audience, expired or revoked.
        """
        if not token:
            raise TokenRefusedError("Access token is empty.")
        cached = self._accepted.get(token)
        claims = cached or _decode(token)
        if claims.get("aud") not in (self.resources if self.graph_roots is None else self.graph_roots):
            raise TokenRefusedError("Access token validation failure. Invalid audience.")
        is_revoked = cached is None and claims["iat"] <= self._revoked_before
        if is_revoked or not claims["nbf"] <= self.real() < claims["exp"]:
            self._accepted.pop(token, None)
            raise TokenRefusedError("Access token has expired or is not yet valid.")
        return claims

    def revoke_all(self) -> None:
        """Refuse every token issued so far."""
        # A token's times are whole seconds: tokens issued later in this second are recognized because they are cached.
        self._accepted.clear()
        self._revoked_before = self.real()

    def describe_keys(self) -> dict[str, Any]:
        """Return the public key as a JWKS document."""
        key = RSAAlgorithm.to_jwk(make_key().public_key(), as_dict=True)
        return {"keys": [{**key, "kid": "simulator", "use": "sig", "alg": "RS256"}]}


def _decode(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            make_key().public_key(),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
        )
    except jwt.PyJWTError as error:
        raise TokenRefusedError("CompactToken parsing failed with error code: 80049217") from error
    return claims
