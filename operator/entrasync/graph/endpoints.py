"""Where Graph and its login live, per cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

ApiVersion = Literal["v1.0", "beta"]


@dataclass(frozen=True)
class GraphEndpoint:
    """One cloud's Graph, its login, and the certificate authority that both are trusted by.

    `graph_url` and `authority` are https roots without a path, such as `https://graph.microsoft.com`. `scope` is what a
    token is asked for; empty means Graph's own, `<graph_url>/.default`. Without `ca_file` the public authorities count.
    """

    graph_url: str
    authority: str
    api_version: ApiVersion = "v1.0"
    scope: str = ""
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        for name in ("graph_url", "authority"):
            url = str(getattr(self, name)).rstrip("/")  # AZURE_AUTHORITY_HOST usually ends in a slash
            if not url.startswith("https://"):
                raise ValueError(f"{name} must begin with https://, not {url!r}")
            object.__setattr__(self, name, url)
        if not self.scope:
            object.__setattr__(self, "scope", f"{self.graph_url}/.default")

    @property
    def root(self) -> str:
        """The URL that Graph's paths are appended to, with the version, without a slash at the end."""
        return f"{self.graph_url}/{self.api_version}"


CLOUDS: Mapping[str, GraphEndpoint] = MappingProxyType(
    {
        "Global": GraphEndpoint("https://graph.microsoft.com", "https://login.microsoftonline.com"),
        "USGovL4": GraphEndpoint("https://graph.microsoft.us", "https://login.microsoftonline.us"),
        "USGovL5": GraphEndpoint("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        "China": GraphEndpoint("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    }
)
"""The clouds everybody may name (Microsoft: "National cloud deployments"); tokens of one mean nothing in another."""
