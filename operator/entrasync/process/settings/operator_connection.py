"""Settings of the operator connection, the install's own: its tenant, its cloud, and what the app logs in with."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import FilePath, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from entrasync.graph.wire.clouds import ApiVersion, GraphEndpoint
from entrasync.process.settings.clouds import read_clouds

GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
NAMESPACE = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")

PREFIX = "ENTRASYNC_"

EVERYWHERE = "*"

TOKEN_FILE_VARIABLE = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105  a variable's name, no password
"""Set with AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_AUTHORITY_HOST by Azure's webhook for workload identity."""

WAYS = (
    "--client-secret-file (or ENTRASYNC_CLIENT_SECRET), --client-certificate-file with --client-key-file, "
    "--workload-identity, or --managed-identity"
)


class OperatorConnectionSettings(BaseSettings):
    """The operator connection. Without --tenant-id the install has none."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        use_attribute_docstrings=True,  # what --help prints
        extra="ignore",
        hide_input_in_errors=True,
    )

    tenant_id: str | None = None
    """Id of the tenant of the install's own connection, a GUID. Not a domain: resources remember the tenant they belong
    to by its id. Unset: the install has no connection of its own, and each namespace needs a GraphConnection."""

    client_id: str | None = None
    """Application (client) id of the operator's own app registration, or of a managed identity."""

    client_secret: SecretStr | None = None
    """Its client secret. Prefer the environment or a file: flags are visible in the process list."""

    client_secret_file: Path | None = None
    """A file that holds the client secret; read again before each login, so a rotated one is picked up."""

    client_certificate_file: Path | None = None
    """A file that holds the certificate (PEM) of the app; read again before each login."""

    client_key_file: Path | None = None
    """A file that holds the private key (PEM) of that certificate; read again before each login."""

    workload_identity: bool = False
    """Log in with the operator's own ServiceAccount, as Azure's webhook for workload identity has prepared it."""

    managed_identity: bool = False
    """Log in as the managed identity of the machine: that of --client-id, else the machine's own."""

    own_connection_namespaces: Annotated[tuple[str, ...], NoDecode] = (EVERYWHERE,)
    """Namespaces that may use the install's own connection, separated by commas; * for all, empty for none."""

    cloud: str = "Global"
    """The cloud of the tenant: Global, USGovL4, USGovL5, China, or one of --clouds-file."""

    graph_url: str | None = None
    """Root URL of Graph, if it is not that of the cloud."""

    authority: str | None = None
    """Root URL of the login, if it is not that of the cloud."""

    ca_file: FilePath | None = None
    """Certificate authority (PEM) of Graph and login, if it is not a public one."""

    api_version: ApiVersion = "v1.0"
    """Version of Graph."""

    clouds_file: FilePath | None = None
    """Further clouds that GraphConnections may name: a YAML file of names to graphUrl, authority and caFile."""

    @field_validator(
        "tenant_id",
        "client_id",
        "client_secret",
        "client_secret_file",
        "client_certificate_file",
        "client_key_file",
        "clouds_file",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("tenant_id")
    @classmethod
    def _is_tenant(cls, value: str | None) -> str | None:
        if value is not None and not GUID.match(value):
            raise ValueError("It must be the Tenant ID, a GUID, as the overview of the Entra admin center shows it.")
        return value.lower() if value else None

    @field_validator("client_id")
    @classmethod
    def _is_guid(cls, value: str | None) -> str | None:
        if value is not None and not GUID.match(value):
            raise ValueError("It must be the Application (client) ID of the app registration, a GUID.")
        return value

    @field_validator("own_connection_namespaces", mode="before")
    @classmethod
    def _split_names(cls, value: object) -> object:
        return split_names(value)

    @field_validator("own_connection_namespaces")
    @classmethod
    def _are_namespaces_or_all(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if EVERYWHERE in value and len(value) > 1:
            raise ValueError("* means all namespaces: give it alone, or name the namespaces.")
        return value if EVERYWHERE in value else check_namespaces(value)

    @model_validator(mode="after")
    def _is_one_identity(self) -> Self:
        if self.workload_identity:
            self._take_from_webhook()
        ways = self._ways()
        if self.tenant_id is None and (ways or self.client_id):
            raise ValueError("--tenant-id (ENTRASYNC_TENANT_ID) is needed for a connection of the install's own.")
        if self.tenant_id is not None and len(ways) != 1:
            raise ValueError(f"Say in exactly one way how the install's own connection logs in: {WAYS}.")
        if self.tenant_id is not None and self.client_id is None and not self.managed_identity:
            raise ValueError("--client-id (ENTRASYNC_CLIENT_ID) is needed with --tenant-id.")
        if (self.client_certificate_file is None) != (self.client_key_file is None):
            raise ValueError("--client-certificate-file and --client-key-file belong together: give both.")
        return self

    @property
    def token_file(self) -> Path:
        """The file of the operator's own ServiceAccount token, which Azure's webhook names."""
        return Path(os.environ.get(TOKEN_FILE_VARIABLE, ""))

    def serves_namespace(self, namespace: str) -> bool:
        """Whether a namespace may use the operator connection."""
        return bool({EVERYWHERE, namespace}.intersection(self.own_connection_namespaces))

    def endpoint(self) -> GraphEndpoint:
        """Find where Graph and its login are. Raises `ValueError` in words for a person."""
        clouds = read_clouds(self.clouds_file)
        if (cloud := clouds.get(self.cloud)) is None:
            known = ", ".join(clouds)
            raise ValueError(f"--cloud (ENTRASYNC_CLOUD): there is no cloud {self.cloud}. Choose one of {known}.")
        if self.graph_url:
            cloud = replace(cloud, graph_url=self.graph_url, scope="")
        if self.ca_file:
            cloud = replace(cloud, ca_file=self.ca_file, ca_pem="")
        authority = self.authority or self._authority_of_webhook() or cloud.authority
        return replace(cloud, authority=authority, api_version=self.api_version)

    def _authority_of_webhook(self) -> str | None:
        """The login that Azure's webhook names. A cloud that was chosen takes precedence."""
        has_chosen = "cloud" in self.model_fields_set
        return os.environ.get("AZURE_AUTHORITY_HOST") if self.workload_identity and not has_chosen else None

    def _take_from_webhook(self) -> None:
        if not os.environ.get(TOKEN_FILE_VARIABLE):
            raise ValueError(
                f"--workload-identity (ENTRASYNC_WORKLOAD_IDENTITY): {TOKEN_FILE_VARIABLE} is not set. "
                'Label the pod azure.workload.identity/use: "true", and Azure\'s webhook sets it.'
            )
        self.tenant_id = self.tenant_id or self._is_tenant(os.environ.get("AZURE_TENANT_ID") or None)
        self.client_id = self.client_id or self._is_guid(os.environ.get("AZURE_CLIENT_ID") or None)

    def _ways(self) -> list[object]:
        given = (
            self.client_secret,
            self.client_secret_file,
            self.client_certificate_file or self.client_key_file,
            self.workload_identity or None,
            self.managed_identity or None,
        )
        return [way for way in given if way is not None]


def split_names(value: object) -> object:
    """Split a list of names, separated by commas; return anything but a text as it is."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def check_namespaces(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names as they are. Raises `ValueError` when one cannot be the name of a namespace."""
    if wrong := [name for name in names if not NAMESPACE.match(name)]:
        raise ValueError(
            f"{', '.join(wrong)}: a namespace's name must have lower case letters, digits and dashes only."
        )
    return names
