"""Who the operator is to Entra, and what proves it. All sources are read anew before each login."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Stalled


class SecretSource(Protocol):
    """A secret text that may rotate: a client secret, a PEM, a ServiceAccount's token."""

    @property
    def where(self) -> str:
        """The place that a person would mend, such as `the file /etc/entra/secret`."""
        ...

    async def read(self) -> str:
        """Read the text now. Raises `Stalled` when there is none, or `Transient` when that may change by itself."""
        ...


@dataclass(frozen=True)
class SecretValue:
    """A secret that is known already, from `where`. `what` names it in messages."""

    value: str = field(repr=False)
    where: str
    what: str = "client secret"

    async def read(self) -> str:
        """Return the value. Raises `Stalled` when it is empty."""
        return _require(self.value, self.what, self.where)


@dataclass(frozen=True)
class SecretFile:
    """A secret in a file, such as a mounted Kubernetes Secret; white space around it does not count."""

    path: Path
    what: str = "client secret"

    @property
    def where(self) -> str:
        """The file, in words."""
        return f"the file {self.path}"

    async def read(self) -> str:
        """Read the file. Raises `Stalled` when it cannot be read or is empty."""
        try:
            text = await asyncio.to_thread(self.path.read_text, encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise Stalled(
                Reason.CREDENTIAL_REFUSED,
                f"The {self.what} cannot be read from {self.where}: {why}. Put the {self.what} there.",
            ) from None  # the cause of a decoding error holds the file's bytes
        return _require(text.strip(), self.what, self.where)


@dataclass(frozen=True)
class SecretText:
    """A client secret as it was read."""

    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may see."""
        return (self.value,)


@dataclass(frozen=True)
class KeyPair:
    """A certificate (or a chain, the app's own first) and its private key as they were read, both PEM."""

    certificate: str = field(repr=False)
    private_key: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may see."""
        return (self.private_key,)


@dataclass(frozen=True)
class Assertion:
    """A token of another issuer as it was read, such as a ServiceAccount's."""

    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may see."""
        return (self.value,)


ProofMaterial = SecretText | KeyPair | Assertion
"""What was read of a proof for one login."""


@dataclass(frozen=True)
class ClientSecret:
    """Proves an app by its client secret."""

    source: SecretSource
    kind = "client secret"

    @property
    def where(self) -> str:
        """Where the secret is."""
        return self.source.where

    async def read(self) -> SecretText:
        """Read the secret now. Raises the errors of its source."""
        return SecretText(await self.source.read())


@dataclass(frozen=True)
class ClientCertificate:
    """Proves an app by signing with its certificate's key, such as `tls.crt` and `tls.key` of a TLS Secret."""

    certificate: SecretSource
    private_key: SecretSource
    kind = "client certificate"

    @property
    def where(self) -> str:
        """Where the certificate is."""
        return self.certificate.where

    async def read(self) -> KeyPair:
        """Read certificate and key now. Raises the errors of their sources."""
        return KeyPair(await self.certificate.read(), await self.private_key.read())


@dataclass(frozen=True)
class FederatedToken:
    """Proves an app by a token of an issuer that the app trusts: a ServiceAccount's, asked for or projected."""

    source: SecretSource
    kind = "federated token"

    @property
    def where(self) -> str:
        """Where the token comes from."""
        return self.source.where

    async def read(self) -> Assertion:
        """Ask for the token now. Raises the errors of its source."""
        return Assertion(await self.source.read())


Proof = ClientSecret | ClientCertificate | FederatedToken


@dataclass(frozen=True)
class AppCredential:
    """An app registration and what proves it. Ids are GUIDs as strings."""

    tenant_id: str
    client_id: str
    proof: Proof

    async def read(self) -> ProofMaterial | None:
        """Read what a login needs now. Raises the errors of the sources."""
        return await self.proof.read()


@dataclass(frozen=True)
class ManagedIdentity:
    """The identity that Azure gives to the machine; `client_id` chooses one that a user made, None the machine's own.

    It has no secret. Which tenant it belongs to shows only in its tokens.
    """

    tenant_id: str
    client_id: str | None = None

    async def read(self) -> ProofMaterial | None:
        """Return None: nothing has to be read."""
        return None


Credential = AppCredential | ManagedIdentity


def _require(value: str, what: str, where: str) -> str:
    if not value:
        raise Stalled(Reason.CREDENTIAL_REFUSED, f"The {what} in {where} is empty. Put the {what} there.")
    return value
