"""Finds the manifests that `-f` names, and reads them."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubectl_entrasync.failure import Failure
from kubectl_entrasync.manifests.yaml_documents import Step, YamlDocument, YamlError, read_documents

STANDARD_INPUT = "-"

_SUFFIXES = (".yaml", ".yml", ".json")
"""The files that kubectl reads of a folder."""


@dataclass(frozen=True)
class Document:
    """One object of a file, or the fault that kept it from being read."""

    file: str
    number: int
    """The place of its document in the file, from 1."""
    content: Any
    source: YamlDocument
    path: tuple[Step, ...] = ()
    """Where it stands in its document: not at the root if that is a list of objects."""
    fault: str | None = None

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.find_line(())

    def find_line(self, path: tuple[Step, ...]) -> int:
        """Return the line of a field."""
        return self.source.find_line((*self.path, *path))


def read_sources(names: Sequence[str], *, recursive: bool) -> list[Document]:
    """Read all objects of files, folders and standard input.

    Raises `Failure` where one cannot be read, and where there is none: a check of nothing would pass.
    """
    found = [document for name in names for file in _find_files(name, recursive) for document in _read_file(file)]
    if not found:
        raise Failure(f"There is no object in {', '.join(names)}. Name files with manifests by --filename.")
    return found


def _find_files(name: str, recursive: bool) -> list[str]:
    path = Path(name)
    if name == STANDARD_INPUT or path.is_file():
        return [name]
    if not path.is_dir():
        raise Failure(f"There is no file or folder {name}. Correct --filename.")
    found = sorted(path.rglob("*") if recursive else path.iterdir())
    files = [str(each) for each in found if each.suffix in _SUFFIXES and each.is_file()]
    if not files:
        raise Failure(
            f"The folder {name} has no file that ends in {', '.join(_SUFFIXES)}. Name another one"
            + (". " if recursive else ", or read the folders in it too with --recursive. ").rstrip()
        )
    return files


def _read_file(name: str) -> Iterator[Document]:
    text = _read_bytes(name)
    shown = "standard input" if name == STANDARD_INPUT else name
    number = 0
    try:
        for number, source in enumerate(read_documents(text), 1):
            yield from _split(Document(shown, number, source.content, source))
    except YamlError as error:
        yield Document(shown, number + 1, None, YamlDocument(None, error.line), fault=f"It is no YAML: {error}.")


def _read_bytes(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise Failure(f"{name} cannot be read: {error.strerror}. Correct --filename or its permissions.") from error


def _split(document: Document) -> Iterator[Document]:
    """Yield the objects of a list of objects, as `kubectl get -o yaml` writes it, or the document itself."""
    content = document.content
    if not (isinstance(content, dict) and str(content.get("kind", "")).endswith("List")):
        yield document
        return
    items = content.get("items")
    for place, item in enumerate(items if isinstance(items, list) else []):
        yield Document(document.file, document.number, item, document.source, ("items", place))
