"""Client certificates and their keys, as PEM."""

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from entrasync.graph.auth.credentials import KeyPair

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "entra-sync-operator")])


@cache
def rsa_key(serial: int = 0) -> rsa.RSAPrivateKey:
    """Make an RSA key. A serial has always the same one, as making it takes a while."""
    del serial
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def elliptic_key() -> ec.EllipticCurvePrivateKey:
    """Make a key that Entra does not accept."""
    return ec.generate_private_key(ec.SECP256R1())


def make_certificate(
    key: CertificateIssuerPrivateKeyTypes | None = None,
    *,
    begins: timedelta = timedelta(days=-1),
    ends: timedelta = timedelta(days=1),
) -> x509.Certificate:
    """Make a certificate for a key, valid from and until so long after now."""
    key, now = key or rsa_key(), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(NAME).issuer_name(NAME).public_key(key.public_key())
    builder = builder.not_valid_before(now + begins).not_valid_after(now + ends)
    return builder.serial_number(x509.random_serial_number()).sign(key, SHA256())


def certificate_pem(certificate: x509.Certificate) -> str:
    """Write a certificate."""
    return certificate.public_bytes(Encoding.PEM).decode()


def key_pem(key: CertificateIssuerPrivateKeyTypes | None = None, *, passphrase: str = "") -> str:
    """Write a private key."""
    encryption: KeySerializationEncryption = NoEncryption()
    if passphrase:
        encryption = BestAvailableEncryption(passphrase.encode())
    return (key or rsa_key()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def make_pair() -> KeyPair:
    """Make a pair that fits together and is valid today."""
    return KeyPair(certificate_pem(make_certificate()), key_pem())
