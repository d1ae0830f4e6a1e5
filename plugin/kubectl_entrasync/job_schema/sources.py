"""Finds the SynchronizationJob that a command about schemas means: in files, or by its name in the cluster."""

from collections.abc import Sequence
from typing import Any

from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.manifests.sources import Document, read_sources
from kubectl_entrasync.manifests.yaml_documents import YamlDocument


def find_documents(name: str | None, files: Sequence[str], flags: ClusterFlags, *, recursive: bool) -> list[Document]:
    """Read the resources that are meant. Raises `Failure`."""
    if (name is None) == (not files):
        raise Failure("Give the name of a SynchronizationJob, or files with --filename.")
    if name is None:
        documents = read_sources(files, recursive=recursive)
        for document in documents:
            if document.fault is not None:
                raise Failure(f"{document.file}:{document.line}: {document.fault} Correct the file.")
        return documents
    stored = read_stored(name, flags)
    metadata = {key: stored["metadata"][key] for key in ("name", "namespace")}
    content = {**{key: stored[key] for key in ("apiVersion", "kind", "spec")}, "metadata": metadata}
    return [Document(f"SynchronizationJob {name}", 1, content, YamlDocument(content, 1))]


def read_stored(name: str, flags: ClusterFlags) -> dict[str, Any]:
    """Read a resource of the cluster. Raises `Failure`."""
    return Objects(open_access(flags)).read(name)
