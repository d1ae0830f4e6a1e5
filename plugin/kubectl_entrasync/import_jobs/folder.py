"""The folder that manifests are written to. Nothing in it is overwritten unless that is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from tempfile import TemporaryFile
from typing import Any

import yaml

from entrasync.api.names import KIND
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.import_jobs.manifests import Manifest
from kubectl_entrasync.manifests.yaml_documents import YamlError, read_documents

KUSTOMIZATION = "kustomization.yaml"

_WIDTH = 120


class Outcome(StrEnum):
    """What became of a file."""

    WRITTEN = "Written"
    UNCHANGED = "Unchanged"
    KEPT = "Kept"
    """It is there with other content, and is left as it is."""
    OVERWRITTEN = "Overwritten"


_SafeDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""That in C, where PyYAML has it: a thousand manifests take seconds otherwise."""


class _Dumper(_SafeDumper):  # type: ignore[misc]  # which of the two it is, is known at run time only
    """Writes texts of several lines as blocks, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything in its place."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def write_text(manifest: Manifest) -> str:
    """Write a document with its comments as YAML."""
    comments = "".join(f"# {keep_on_line(line)}\n" for line in manifest.comments)
    return comments + yaml.dump(manifest.document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def write_kustomization(resources: Sequence[str]) -> Manifest:
    """Return the kustomization of files."""
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return Manifest({**head, "resources": list(resources)})


def keep_on_line(line: str) -> str:
    """Keep a text on its line, whatever a display name in it holds."""
    return "".join(each if each.isprintable() else " " for each in line).rstrip()


@dataclass(frozen=True)
class KnownJob:
    """A job that has a manifest already: the name of the resource, and of the file."""

    name: str
    file: str


def list_reserved(known: Mapping[str, KnownJob]) -> set[str]:
    """Return the names that no new manifest gets: its file is the kustomization, or has a known job."""
    return {PurePath(file).stem for file in (KUSTOMIZATION, *(job.file for job in known.values()))}


class ManifestFolder:
    """A folder on disk. Its methods raise `Failure` where the disk refuses."""

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self.path = path
        self._overwrite = overwrite

    def check(self) -> None:
        """Make sure that files can be written to it, or that it can be made, without making it."""
        nearest = next(folder for folder in (self.path, *self.path.absolute().parents) if folder.exists())
        try:
            with TemporaryFile(dir=nearest):
                pass
        except OSError as error:
            raise _refuse(self.path, error) from error

    def read_known(self) -> dict[str, KnownJob]:
        """Return the SynchronizationJobs that the folder has by their jobs' ids."""
        return dict(self._read_jobs())

    def write(self, files: Mapping[str, Manifest]) -> dict[str, Outcome]:
        """Write files by name; returns what became of each. Makes the folder if it is not there."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            return {name: self._write(self.path / name, write_text(manifest)) for name, manifest in files.items()}
        except OSError as error:
            raise _refuse(error.filename or self.path, error) from error

    def _write(self, path: Path, text: str) -> Outcome:
        content = text.encode("utf-8", "replace")
        if not path.exists():
            path.write_bytes(content)
            return Outcome.WRITTEN
        if path.read_bytes() == content:
            return Outcome.UNCHANGED
        if not self._overwrite:
            return Outcome.KEPT
        path.write_bytes(content)
        return Outcome.OVERWRITTEN

    def _read_jobs(self) -> Iterator[tuple[str, KnownJob]]:
        for path in sorted(self.path.glob("*.yaml")):
            if path.name == KUSTOMIZATION or path.name.endswith((".secret.yaml", ".schema.yaml")):
                continue
            for document in _read_contents(path):
                if _has_job_id(document):
                    yield document["spec"]["jobId"], KnownJob(document["metadata"]["name"], path.name)


def _refuse(path: Path | str, error: OSError) -> Failure:
    return Failure(f"{path} cannot be written: {error.strerror}. Choose another --output-dir.")


def _read_contents(path: Path) -> list[Any]:
    """Read the documents of a file; none where it cannot be read, because it is not one of an import then."""
    try:
        return [document.content for document in read_documents(path.read_bytes())]
    except (OSError, YamlError):
        return []


def _has_job_id(document: Any) -> bool:
    match document:
        case {"kind": kind, "metadata": {"name": str()}, "spec": {"jobId": str()}}:
            return bool(kind == KIND)
        case _:
            return False
