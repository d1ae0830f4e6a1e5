"""The output for programs: JSON and YAML of the same documents."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import typer
import yaml


class OutputFormat(StrEnum):
    """How a command prints its result."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def print_document(document: Mapping[str, Any], output: OutputFormat) -> None:
    """Print a document as JSON or YAML."""
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        typer.echo(yaml.safe_dump(dict(document), sort_keys=False, allow_unicode=True), nl=False)
