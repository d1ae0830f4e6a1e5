"""The clouds that GraphConnections may name: Microsoft's, and those that the install defines in a file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from entrasync.core.primitives.quotes import shorten
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint, add_clouds


class CloudEntry(BaseModel):
    """One cloud of the file."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", hide_input_in_errors=True)

    graph_url: str
    authority: str
    ca_file: Path | None = None
    ca: str = ""
    exchange_audience: str | None = None
    login_hosts: tuple[str, ...] = ()


def read_clouds(file: Path | None) -> Mapping[str, GraphEndpoint]:
    """Read the clouds file, YAML or JSON, and return all clouds by name; without a file, Microsoft's.

    An entry has `graphUrl` and `authority`, and may have `exchangeAudience`, further `loginHosts` and a certificate
    authority: `ca` (PEM) or `caFile`, relative to the folder of the file. Raises `ValueError` in words for a person.
    """
    if file is None:
        return CLOUDS
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = error.strerror if isinstance(error, OSError) else shorten(str(error))
        raise ValueError(f"--clouds-file: {file} cannot be read as YAML: {why}. Correct it.") from error
    if not isinstance(document, dict):
        raise ValueError(  # noqa: TRY004  a person reads it, as all that is wrong with settings
            f"--clouds-file: {file} must map names of clouds to graphUrl, authority and caFile."
        )
    try:
        return add_clouds({str(name): _read_cloud(file, str(name), entry) for name, entry in document.items()})
    except ValueError as error:
        raise ValueError(f"--clouds-file: {file}: {error}") from error


def _read_cloud(file: Path, name: str, entry: Any) -> GraphEndpoint:
    try:
        cloud = CloudEntry.model_validate(entry)
        ca_file = _find_beside(file, cloud.ca_file)
        endpoint = GraphEndpoint(cloud.graph_url, cloud.authority, ca_file=ca_file, ca_pem=cloud.ca)
        audience = cloud.exchange_audience or endpoint.exchange_audience
        return replace(endpoint, exchange_audience=audience, login_hosts=cloud.login_hosts)
    except ValidationError as error:
        faults = "; ".join(_describe(fault["loc"], fault["msg"]) for fault in error.errors())
        raise ValueError(f"Correct cloud {name}: {faults}.") from error
    except ValueError as error:
        raise ValueError(f"Correct cloud {name}: {error}") from error


def _describe(place: tuple[int | str, ...], words: str) -> str:
    return f"{'.'.join(map(str, place))}: {words}"


def _find_beside(file: Path, ca_file: Path | None) -> Path | None:
    found = file.parent / ca_file if ca_file else None
    if found is not None and not found.is_file():
        raise ValueError(f"caFile must name a file that exists, and there is no {found}.")
    return found
