"""The identities that the operator logs in as, and their proofs, which are read again before each login."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall


class SecretSource(Protocol):
    """A secret text that may rotate: a client secret, a PEM file, a token of a ServiceAccount."""

    @property
    def where(self) -> str:
        """The place of the secret as messages name it, such as `the file /etc/entra/secret`."""
        ...

    async def read(self) -> str:
        """Read the text. Raises `Halted` when there is none, or `Transient` when that may change by itself."""
        ...


@dataclass(frozen=True)
class SecretValue:
    """A secret that was read before, from `where`. `what` is its name in messages."""

    value: str = field(repr=False)
    where: str
    what: str = "client secret"

    async def read(self) -> str:
        """Return the value. Raises `Halted` when it is empty."""
        return _require(self.value, self.what, self.where)


@dataclass(frozen=True)
class SecretFile:
    """A secret in a file, such as a mounted Kubernetes Secret. White space around it is removed."""

    path: Path
    what: str = "client secret"

    @property
    def where(self) -> str:
        """The file, as messages name it."""
        return f"the file {self.path}"

    async def read(self) -> str:
        """Read the file. Raises `Halted` when it cannot be read or is empty."""
        try:
            text = await asyncio.to_thread(self.path.read_text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise Halted(
                Stall(
                    Reason.CREDENTIAL_REFUSED,
                    f"The {self.what} cannot be read from {self.where}: {why}. Put the {self.what} there.",
                )
            ) from None  # the cause of a decoding error holds the file's bytes
        return _require(text.strip(), self.what, self.where)


@dataclass(frozen=True)
class SecretText:
    """A client secret as it was read."""

    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values to redact."""
        return (self.value,)


@dataclass(frozen=True)
class KeyPair:
    """A certificate (or a chain, the app's own first) and its private key as they were read, both in PEM."""

    certificate: str = field(repr=False)
    private_key: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values to redact."""
        return (self.private_key,)


@dataclass(frozen=True)
class Assertion:
    """A token of another issuer as it was read, such as a ServiceAccount's."""

    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values to redact."""
        return (self.value,)


ProofMaterial = SecretText | KeyPair | Assertion
"""What a proof was when it was read for one login."""


@dataclass(frozen=True)
class ClientSecret:
    """The proof of an app by its client secret."""

    source: SecretSource
    kind = "client secret"

    @property
    def where(self) -> str:
        """The place of the secret, as messages name it."""
        return self.source.where

    async def read(self) -> SecretText:
        """Read the secret. Raises the errors of its source."""
        return SecretText(await self.source.read())


@dataclass(frozen=True)
class ClientCertificate:
    """The proof of an app by a signature with a certificate's key, such as `tls.crt` and `tls.key` of a Secret."""

    certificate: SecretSource
    private_key: SecretSource
    kind = "client certificate"

    @property
    def where(self) -> str:
        """The place of the certificate, as messages name it."""
        return self.certificate.where

    async def read(self) -> KeyPair:
        """Read the certificate and the key. Raises the errors of their sources."""
        return KeyPair(await self.certificate.read(), await self.private_key.read())


@dataclass(frozen=True)
class FederatedToken:
    """The proof of an app by a token of an issuer that the app trusts, such as a ServiceAccount's token."""

    source: SecretSource
    kind = "federated token"

    @property
    def where(self) -> str:
        """The origin of the token, as messages name it."""
        return self.source.where

    async def read(self) -> Assertion:
        """Read the token. Raises the errors of its source."""
        return Assertion(await self.source.read())


Proof = ClientSecret | ClientCertificate | FederatedToken


@dataclass(frozen=True)
class AppCredential:
    """An app registration and its proof. Ids are GUIDs as strings."""

    tenant_id: str
    client_id: str
    proof: Proof

    async def read(self) -> ProofMaterial | None:
        """Read what a login needs now. Raises the errors of the sources."""
        return await self.proof.read()


@dataclass(frozen=True)
class ManagedIdentity:
    """A managed identity of the machine: the user-assigned one with `client_id`, or None for the system-assigned one.

    It has no secret. Only its tokens show which tenant it belongs to.
    """

    tenant_id: str
    client_id: str | None = None

    async def read(self) -> ProofMaterial | None:
        """Return None, because there is nothing to read."""
        return None


Credential = AppCredential | ManagedIdentity


def _require(value: str, what: str, where: str) -> str:
    if not value:
        raise Halted(Stall(Reason.CREDENTIAL_REFUSED, f"The {what} in {where} is empty. Put the {what} there."))
    return value
