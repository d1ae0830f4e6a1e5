"""Who the operator is to Entra, and where its secret comes from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from entrasync.api.conditions import Reason
from entrasync.core.errors import Stalled


class SecretSource(Protocol):
    """A client secret that may rotate: it is read anew before each login."""

    @property
    def where(self) -> str:
        """The place that a person would mend, such as `the file /etc/entra/secret`."""
        ...

    def read(self) -> str:
        """Read the secret now; may block. Raises `Stalled` when there is none."""
        ...


@dataclass(frozen=True)
class SecretValue:
    """A secret that is known already, from `where`."""

    value: str = field(repr=False)
    where: str

    def read(self) -> str:
        """Return the value. Raises `Stalled` when it is empty."""
        return _require(self.value, self.where)


@dataclass(frozen=True)
class SecretFile:
    """A secret in a file, such as a mounted Kubernetes Secret; white space around it does not count."""

    path: Path

    @property
    def where(self) -> str:
        """The file, in words."""
        return f"the file {self.path}"

    def read(self) -> str:
        """Read the file. Raises `Stalled` when it cannot be read or is empty."""
        try:
            return _require(self.path.read_text(encoding="utf-8").strip(), self.where)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise Stalled(
                Reason.CREDENTIAL_REFUSED,
                f"The client secret cannot be read from {self.where}: {why}. Put the secret there.",
            ) from None  # the cause of a decoding error holds the file's bytes


@dataclass(frozen=True)
class AppCredential:
    """An app registration that logs in with a client secret. Ids are GUIDs as strings."""

    tenant_id: str
    client_id: str
    secret: SecretSource


def _require(value: str, where: str) -> str:
    if not value:
        raise Stalled(Reason.CREDENTIAL_REFUSED, f"The client secret in {where} is empty. Put the secret there.")
    return value
