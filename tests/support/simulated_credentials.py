"""Certificates of apps and tokens of ServiceAccounts, for logins at the simulator."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

AUDIENCE = "api://AzureADTokenExchange"
ISSUER = "https://kubernetes.default.svc"
SUBJECT = "system:serviceaccount:identity:sync"


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, both in PEM."""

    pem: str
    key_pem: str

    @property
    def sha1(self) -> str:
        """The SHA-1 thumbprint, which older clients send."""
        return hashlib.sha1(jwt.utils.base64url_decode(self._body()), usedforsecurity=False).hexdigest()

    def _body(self) -> str:
        lines = "".join(self.pem.strip().splitlines()[1:-1])
        return lines.replace("+", "-").replace("/", "_").rstrip("=")


@cache
def make_certificate(name: str = "operator", *, age: timedelta = timedelta(days=1), days: int = 30) -> Certificate:
    """Make a self-signed certificate that has been valid for `age` and has a lifetime of so many days."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject, begins = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC) - age
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return Certificate(made.public_bytes(Encoding.PEM).decode(), write_key(key))


def write_key(key: PrivateKeyTypes) -> str:
    """Write a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass(frozen=True)
class Issuer:
    """Signs a cluster's ServiceAccount tokens, with an elliptic curve as the sandbox's API server does."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    algorithm: str = "ES256"

    @property
    def public_pem(self) -> str:
        """The public key in PEM."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def sign(self, **changes: Any) -> str:
        """Sign a token of the ServiceAccount `identity/sync`, with some claims changed."""
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": SUBJECT, "aud": [AUDIENCE], "iat": now, "nbf": now, "exp": now + 600}
        return jwt.encode(claims | changes, self.key, algorithm=self.algorithm, headers={"kid": "cluster"})


def make_issuer() -> Issuer:
    """Make an issuer with a new key."""
    return Issuer(ec.generate_private_key(ec.SECP256R1()))
