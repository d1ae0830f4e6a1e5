"""The endpoints of Graph and of its login in each cloud."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

ApiVersion = Literal["v1.0", "beta"]

CLOUD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,62}")


def normalize_host(host: str) -> str:
    """Return a host of https in lower case, with its port unless that is the default one."""
    return host.lower().removesuffix(":443")


@dataclass(frozen=True)
class GraphEndpoint:
    """One cloud's Graph, its login, and the certificate authority that both are trusted by.

    `graph_url` and `authority` are https roots without a path, such as `https://graph.microsoft.com`. `scope` is the
    OAuth scope of tokens; the default is Graph's own, `<graph_url>/.default`. Without `ca_file` or `ca_pem` (PEM text)
    the public authorities are trusted. `exchange_audience` is the audience that tokens of other issuers, such as a
    ServiceAccount's, must have (Microsoft: "Configure an app to trust an external identity provider"). `login_hosts`
    are further hosts that the login of the cloud may send logins to; that of the `authority` is always one.
    """

    graph_url: str
    authority: str
    api_version: ApiVersion = "v1.0"
    scope: str = ""
    ca_file: Path | None = None
    ca_pem: str = field(default="", repr=False)
    exchange_audience: str = "api://AzureADTokenExchange"
    login_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("graph_url", "authority"):
            url = str(getattr(self, name)).rstrip("/")  # AZURE_AUTHORITY_HOST usually ends in a slash
            if not url.startswith("https://"):
                raise ValueError(f'{name} must begin with https://, not "{url}".')
            if (parts := urlsplit(url)).path or parts.query or parts.fragment:
                raise ValueError(f'{name} must be a host without a path, such as https://graph.example, not "{url}".')
            object.__setattr__(self, name, url)
        if not self.scope:
            object.__setattr__(self, "scope", f"{self.graph_url}/.default")
        if self.ca_file is not None and self.ca_pem:
            raise ValueError("A certificate authority is given as a file or as PEM text, not as both: take one out.")

    @property
    def root(self) -> str:
        """The URL that Graph's paths are appended to, with the version, without a slash at the end."""
        return f"{self.graph_url}/{self.api_version}"

    @property
    def all_login_hosts(self) -> frozenset[str]:
        """The hosts that a proof may be sent to, as `normalize_host` returns them."""
        return frozenset(map(normalize_host, (urlsplit(self.authority).netloc, *self.login_hosts)))

    @property
    def resource(self) -> str:
        """The scope in the form of the older protocol, which managed identities use."""
        return self.scope.removesuffix("/.default")


_US_LOGIN_HOSTS = ("login.usgovcloudapi.net",)

CLOUDS: Mapping[str, GraphEndpoint] = MappingProxyType(
    {
        "Global": GraphEndpoint(
            "https://graph.microsoft.com",
            "https://login.microsoftonline.com",
            login_hosts=("login.microsoft.com", "login.windows.net", "sts.windows.net"),
        ),
        "USGovL4": GraphEndpoint(
            "https://graph.microsoft.us",
            "https://login.microsoftonline.us",
            exchange_audience="api://AzureADTokenExchangeUSGov",
            login_hosts=_US_LOGIN_HOSTS,
        ),
        "USGovL5": GraphEndpoint(
            "https://dod-graph.microsoft.us",
            "https://login.microsoftonline.us",
            exchange_audience="api://AzureADTokenExchangeUSGov",
            login_hosts=_US_LOGIN_HOSTS,
        ),
        "China": GraphEndpoint(
            "https://microsoftgraph.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            exchange_audience="api://AzureADTokenExchangeChina",
            login_hosts=("login.partner.microsoftonline.cn",),
        ),
    }
)
"""Microsoft's clouds (Microsoft: "National cloud deployments"). A token of one is not valid in another.

Their further login hosts are the aliases that MSAL knows (graph-facts 7).
"""


def add_clouds(additional: Mapping[str, GraphEndpoint]) -> Mapping[str, GraphEndpoint]:
    """Add the clouds that an install defines, by name, to Microsoft's.

    Raises `ValueError` for a name that is Microsoft's or malformed, and for a `ca_pem` without a certificate.
    """
    for name, endpoint in additional.items():
        if name in CLOUDS:
            raise ValueError(f"Cloud {name} has the name of one of Microsoft's own: take another name.")
        if not CLOUD_NAME.fullmatch(name):
            raise ValueError(
                f'Cloud "{name}" must have a name of letters, digits and dashes only, at most 63, a letter first.'
            )
        if endpoint.ca_pem:
            _check_authority(name, endpoint.ca_pem)
    return MappingProxyType({**CLOUDS, **additional})


def _check_authority(name: str, pem: str) -> None:
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise ValueError(f"Cloud {name} must have a certificate in PEM form in ca.") from None
