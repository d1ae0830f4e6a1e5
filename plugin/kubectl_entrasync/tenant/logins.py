"""How a command logs in to Entra: azure-identity's credentials, and what to do when one of them does not work."""

import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError, ServiceResponseError
from azure.identity import (
    AzureCliCredential,
    CredentialUnavailableError,
    DeviceCodeCredential,
    EnvironmentCredential,
    WorkloadIdentityCredential,
)

from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint
from kubectl_entrasync.failure import Failure

_RETRIES = 2
"""azure-identity tries ten times by default, which takes minutes while the login cannot be reached."""


class LoginKind(StrEnum):
    """The ways to log in."""

    AZ = "az"
    ENVIRONMENT = "environment"
    WORKLOAD = "workload"
    DEVICE_CODE = "device-code"


CHAIN = (LoginKind.ENVIRONMENT, LoginKind.WORKLOAD, LoginKind.AZ)
"""Tried in this order where none is asked for: what is set on purpose comes before a login that happens to be there."""


class Credential(Protocol):
    """A credential of azure-identity."""

    def get_token(self, *scopes: str) -> AccessToken:
        """Return a token, or raise one of azure-core's errors."""
        ...


@dataclass(frozen=True)
class Login:
    """A login to the tenant, for an endpoint of Graph."""

    endpoint: GraphEndpoint
    kinds: tuple[LoginKind, ...] = CHAIN
    tenant: str | None = None
    client_id: str | None = None

    def build(self) -> list[tuple[LoginKind, Callable[[], Credential]]]:
        """Return the makers of the credentials, in the order in which they are tried."""
        return [(kind, lambda kind=kind: self._make(kind)) for kind in self.kinds]  # type: ignore[misc]  # bound now

    def _make(self, kind: LoginKind) -> Credential:
        tenant: dict[str, Any] = {"tenant_id": self.tenant} if self.tenant else {}
        client: dict[str, Any] = {"client_id": self.client_id} if self.client_id else {}
        match kind:
            case LoginKind.AZ:
                return AzureCliCredential(**tenant, process_timeout=60)
            case LoginKind.ENVIRONMENT:
                return EnvironmentCredential(**self._options())
            case LoginKind.WORKLOAD:
                return WorkloadIdentityCredential(**tenant, **client, **self._options())
            case LoginKind.DEVICE_CODE:
                return DeviceCodeCredential(
                    prompt_callback=_show_code, **tenant, **{**_default_client(client), **self._options()}
                )

    def _options(self) -> Mapping[str, Any]:
        endpoint, options = self.endpoint, dict[str, Any]()
        if endpoint.authority not in {cloud.authority for cloud in CLOUDS.values()}:
            options["disable_instance_discovery"] = True
        if endpoint.ca_file is not None:
            options["connection_verify"] = str(endpoint.ca_file)
        return {"authority": endpoint.authority, "retry_total": _RETRIES, **options}


class Session:
    """Gets tokens by the first credential that is there, and goes on with that one."""

    def __init__(self, login: Login) -> None:
        for name in ("azure", "msal"):  # they write warnings for each credential that is not there
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._login = login
        self._found: tuple[LoginKind, Credential] | None = None

    def acquire(self) -> AccessToken:
        """Return a token for Graph. Raises `Failure`."""
        if self._found is not None:
            kind, credential = self._found
            return self._ask(kind, credential)
        unavailable = []
        for kind, make in self._login.build():
            try:
                credential = make()
                token = self._ask(kind, credential)
            except (CredentialUnavailableError, ValueError) as absent:  # ValueError: a variable or option is missing
                unavailable.append((kind, str(absent)))
                continue
            self._found = (kind, credential)
            return token
        raise Failure(_describe_absence(unavailable))

    def _ask(self, kind: LoginKind, credential: Credential) -> AccessToken:
        try:
            return credential.get_token(self._login.endpoint.scope)
        except CredentialUnavailableError:
            if self._found is None:
                raise
            raise Failure(f"The login by {kind} is no longer there. {_ADVICE[kind]}") from None
        except AzureError as error:
            raise Failure(self._describe(kind, error)) from error

    def _describe(self, kind: LoginKind, error: AzureError) -> str:
        """Describe a refusal, or a login that does not answer, which azure-identity shows as the cause of a refusal."""
        silent = error.__cause__ if isinstance(error, ClientAuthenticationError) else error
        if isinstance(silent, ServiceRequestError | ServiceResponseError):
            return (
                f"The login at {self._login.endpoint.authority} does not answer: {_shorten(silent.message)}. Check the "
                "network, the proxy and --ca-file, or choose another --cloud or --authority."
            )
        return f"Entra refused the login by {kind}: {_shorten(error.message)}. {_ADVICE[kind]}"


_ADVICE = {
    LoginKind.AZ: "Log in again with `az login --tenant TENANT`, or choose another --login.",
    LoginKind.ENVIRONMENT: "Correct AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret or certificate beside them, or "
    "choose another --login.",
    LoginKind.WORKLOAD: "Check the federated credential of the app and the pod's ServiceAccount, or choose another "
    "--login.",
    LoginKind.DEVICE_CODE: "Run the command again and enter the code in time, or choose another --login.",
}

_ABSENT = {
    LoginKind.AZ: "az is not installed or not logged in",
    LoginKind.ENVIRONMENT: "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are not all set",
    LoginKind.WORKLOAD: "AZURE_FEDERATED_TOKEN_FILE is not set",
    LoginKind.DEVICE_CODE: "it cannot be used here",
}


def _describe_absence(unavailable: list[tuple[LoginKind, str]]) -> str:
    causes = "; ".join(f"{kind}: {_ABSENT[kind]}" for kind, _ in unavailable)
    return (
        f"There is no login to Entra ({causes}). Log in with `az login --tenant TENANT`, set the variables of an app, "
        "or use `--login device-code`."
    )


_AZURE_CLI_APP = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The public client that azure-identity itself uses for device codes (graph-facts 3)."""


def _default_client(client: Mapping[str, Any]) -> dict[str, Any]:
    return dict(client) or {"client_id": _AZURE_CLI_APP}


def _show_code(address: str, code: str, _expires: datetime) -> None:
    sys.stderr.write(f"Open {address} in a browser and enter the code {code}.\n")
    sys.stderr.flush()


def _shorten(message: str) -> str:
    """Return what a person needs of a message of Entra: its first line, without ids for Microsoft's support."""
    first = next((line.strip() for line in message.splitlines() if line.strip()), "it gave no reason")
    return first.split(" Trace ID:")[0].rstrip(". ")
