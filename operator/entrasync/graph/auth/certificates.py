"""Checks a certificate and its key before a login, because Entra's messages about a wrong one are hard to read.

This module loads `cryptography`, which takes 9 MiB. It is imported only where there is a certificate.
"""

from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.auth.credentials import ClientCertificate, KeyPair

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def check_certificate(proof: ClientCertificate, pair: KeyPair, *, now: datetime) -> dict[str, Any]:
    """Return a pair in MSAL's form, with which MSAL signs by PS256 and names the certificate by `x5t#S256`.

    Raises `Halted` when the pair is unreadable, does not belong together, is expired or not valid yet (real time).
    """
    certificate = _load_certificate(proof, pair)
    key = _load_key(proof, pair)
    if _encode_public_key(certificate) != _encode_public_key(key):
        raise _make_halt(
            f"The private key in {proof.private_key.where} is not that of the certificate in {proof.where}. "
            "Put both of one pair there, the app's own certificate first"
        )
    if now >= certificate.not_valid_after_utc:
        since = certificate.not_valid_after_utc.strftime(TIME_FORMAT)
        raise _make_halt(
            f"The client certificate in {proof.where} is expired since {since}. "
            "Make a new one, upload it to the app registration and put it there"
        )
    if now < certificate.not_valid_before_utc:
        begin = certificate.not_valid_before_utc.strftime(TIME_FORMAT)
        raise _make_halt(f"The client certificate in {proof.where} is not valid before {begin}. Put one there that is")
    return {"private_key": pair.private_key, "public_certificate": pair.certificate}


def find_certificate_expiry(pair: KeyPair) -> datetime | None:
    """Return when the certificate of a pair expires; None if it is unreadable."""
    try:
        return x509.load_pem_x509_certificate(pair.certificate.encode()).not_valid_after_utc
    except ValueError:
        return None


def _load_certificate(proof: ClientCertificate, pair: KeyPair) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pair.certificate.encode())
    except ValueError:
        raise _make_halt(
            f"The client certificate in {proof.where} is no certificate in PEM form. Put one there that begins with "
            "-----BEGIN CERTIFICATE-----"
        ) from None


def _load_key(proof: ClientCertificate, pair: KeyPair) -> RSAPrivateKey:
    where = proof.private_key.where
    try:
        key = load_pem_private_key(pair.private_key.encode(), None)
    except TypeError:
        raise _make_halt(f"The private key in {where} is encrypted. Use a key without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _make_halt(f"The private key in {where} is no private key in PEM form. Put a right one there") from None
    if not isinstance(key, RSAPrivateKey):
        raise _make_halt(f"The private key in {where} is no RSA key, and Entra takes no other. Make a pair with one")
    return key


def _encode_public_key(holder: x509.Certificate | RSAPrivateKey) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _make_halt(fault: str) -> Halted:
    return Halted(Stall(Reason.CREDENTIAL_REFUSED, f"{fault}."))


def now_utc() -> datetime:
    """Return the real time, which counts for certificates even when world time is simulated."""
    return datetime.now(UTC)
