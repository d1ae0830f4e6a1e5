"""Checks client assertions, which are JWTs signed with an application's certificate or by a federated issuer.

Error numbers and texts are Entra's, from issue threads (AzureAD/entra libraries, azure-workload-identity #1200, #1232)
and from its list of error codes. Which error Entra reports first if several checks fail is our guess.
"""

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_public_key

from graph_simulator.identity.applications import Application
from graph_simulator.identity.refusals import RefusedError, refuse_client

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CERTIFICATE_ALGORITHMS = ["RS256", "PS256"]
# Entra requires RS256 of a federated issuer. The sandbox's API server signs with an elliptic curve.
_ISSUER_ALGORITHMS = ["RS256", "ES256"]
_UNCHECKED = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub"), False)
_HELP = (
    "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. "
    "https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"
)


@dataclass(frozen=True, slots=True)
class Assertion:
    """A JWT that was parsed and not verified yet."""

    token: str
    header: dict[str, Any]
    claims: dict[str, Any]

    def is_signed_by(self, key: PublicKeyTypes, algorithms: list[str]) -> bool:
        """Check whether its signature was made with this key."""
        try:
            jwt.decode(self.token, key, algorithms=algorithms, options=_UNCHECKED)  # type: ignore[arg-type]  # a key of a kind that no algorithm takes is refused
        except (jwt.PyJWTError, TypeError, ValueError):
            return False
        return True


def read_assertion(token: str) -> Assertion:
    """Parse a JWT without verifying it.

    Raises:
        RefusedError: It is not a JWT.
    """
    try:
        header = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise refuse_client(50027, "JWT token is invalid or malformed.") from error
    return Assertion(token, header, claims)


def check_certificate(
    application: Application, assertion: Assertion, audiences: Collection[str], now: datetime
) -> None:
    """Check an assertion that the application signed with one of its certificates.

    Raises:
        RefusedError: The certificate is not registered or has expired, or signature or claims are wrong.
    """
    # msal keeps the padding of base64, which RFC 7515 omits.
    thumbprint = str(assertion.header.get("x5t#S256") or assertion.header.get("x5t") or "").rstrip("=")
    certificate = next((c for c in map(_load, application.certificates) if thumbprint in _list_thumbprints(c)), None)
    if certificate is None:
        raise refuse_client(700027, _describe_unknown_key(application, thumbprint))
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise _refuse_signature("The key used is expired.", thumbprint, certificate)
    if not assertion.is_signed_by(certificate.public_key(), _CERTIFICATE_ALGORITHMS):
        reason = "Key was found, but use of the key to verify the signature failed."
        raise _refuse_signature(reason, thumbprint, certificate)
    claims = assertion.claims
    if not claims.get("iss") == claims.get("sub") == application.client_id:
        raise refuse_client(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
    if claims.get("aud") not in audiences:
        raise refuse_client(700023, "Client assertion audience claim does not match Realm issuer.")
    check_time(claims, now)


def check_federated(
    application: Application, assertion: Assertion, issuers: dict[str, tuple[str, ...]], now: datetime
) -> None:
    """Check a token that another issuer, such as a Kubernetes API server, issued for the application.

    Raises:
        RefusedError: No federated credential has its issuer, subject and audience, its signature was not made with a
            key of the issuer, or it has expired.
    """
    claims, known = assertion.claims, application.federated_credentials
    issuer, subject = claims.get("iss"), claims.get("sub")
    known = tuple(credential for credential in known if credential.issuer == issuer)
    if not known:
        raise _refuse_record(700211, "issuer", issuer)
    keys = [load_pem_public_key(pem.encode("ascii")) for pem in issuers.get(str(issuer), ())]
    if not any(assertion.is_signed_by(key, _ISSUER_ALGORITHMS) for key in keys):
        raise _refuse_issuer_key(assertion)
    known = tuple(credential for credential in known if credential.subject == subject)
    if not known:
        raise _refuse_record(700213, "subject", subject)
    audience = claims.get("aud")
    presented = audience if isinstance(audience, list) else [audience]
    if not any(credential.audience in presented for credential in known):
        raise _refuse_record(700212, "audience", ", ".join(map(str, presented)))
    check_time(claims, now)


def check_time(claims: dict[str, Any], now: datetime) -> None:
    """Check that an assertion is valid now.

    Raises:
        RefusedError: It is not valid yet, or it has expired or has no expiry time.
    """
    begins, ends = claims.get("nbf", claims.get("iat", 0)), claims.get("exp", 0)
    if begins <= now.timestamp() + 300 and now.timestamp() < ends:  # five minutes of clock skew
        return
    formatted = [f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S.0000000Z}" for moment in (begins, ends)]
    text = (
        f"Client assertion is not within its valid time range. Current time: {now:%Y-%m-%dT%H:%M:%S.%fZ}, "
        f"assertion valid from {formatted[0]}, expiry time of assertion {formatted[1]}."
    )
    raise refuse_client(700024, text)


def _load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def _list_thumbprints(certificate: x509.Certificate) -> set[str]:
    whole = certificate.public_bytes(Encoding.DER)
    # `x5t` is defined with SHA-1 (RFC 7515); here it only names a certificate.
    digests = (hashlib.sha256(whole).digest(), hashlib.sha1(whole, usedforsecurity=False).digest())
    return {base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii") for digest in digests}


def _show(thumbprint: str) -> str:
    padded = thumbprint + "=" * (-len(thumbprint) % 4)
    try:
        return base64.urlsafe_b64decode(padded.encode("ascii", "replace")).hex().upper()
    except ValueError:
        return thumbprint


def _describe_unknown_key(application: Application, thumbprint: str) -> str:
    used = f"Thumbprint of key used by client: '{_show(thumbprint)}', " if thumbprint else ""
    return (
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        f"[Reason - The key was not found., {used}Please visit the Azure Portal, Graph Explorer or directly use MS "
        f"Graph to see configured keys for app Id '{application.client_id}'.]"
    )


def _refuse_signature(reason: str, thumbprint: str, certificate: x509.Certificate) -> RefusedError:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    text = (
        f"Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
        f"'{_show(thumbprint)}', Found key 'Start={begins:%m/%d/%Y %H:%M:%S}, End={ends:%m/%d/%Y %H:%M:%S}']"
    )
    return refuse_client(700027, text)


def _refuse_record(number: int, part: str, presented: object) -> RefusedError:
    text = f"No matching federated identity record found for presented assertion {part} '{presented}'. {_HELP}"
    return refuse_client(number, text)


def _refuse_issuer_key(assertion: Assertion) -> RefusedError:
    text = (
        f"The certificate with identifier {assertion.header.get('kid', '')} used to sign the federated credential "
        f"could not be found in the metadata of identity provider {assertion.claims.get('iss')}. "
        "Please validate that your Identity Provider's metadata exposes the key used to sign the incoming token."
    )
    return refuse_client(7000272, text)
