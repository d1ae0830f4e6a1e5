"""Checks the CRDs against those of this version of the plugin."""

from collections.abc import Iterator

from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, synchronization_job_crd
from entrasync.api.names import VERSION as _VERSION
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, Unread
from kubectl_entrasync.doctor.finding import Finding, Level, is_well, make_unread

_UPGRADE = "pipx upgrade entra-sync-operator"
_INSTALL = "kubectl apply --server-side -f crds/"
_MOST_NAMED = 3


def list_definitions() -> dict[str, Document]:
    """Return the CRDs of this version, by their names."""
    crds = (synchronization_job_crd(), graph_connection_crd(), provisioning_request_crd())
    return {crd["metadata"]["name"]: crd for crd in crds}


def check_definitions(facts: DoctorFacts) -> list[Finding]:
    """Find CRDs that are missing, are not served, or have other fields than this version."""
    if isinstance(facts.crds, Unread):
        return [make_unread(facts.crds.why)]
    found = {crd["metadata"]["name"]: crd for crd in facts.crds}
    findings = [
        finding for name, ours in list_definitions().items() for finding in _compare(name, ours, found.get(name))
    ]
    return findings or is_well("All CRDs are there, in the version of this plugin.")


def _compare(name: str, ours: Document, theirs: Document | None) -> Iterator[Finding]:
    if theirs is None:
        yield Finding(Level.ERROR, f"The cluster does not have the CRD {name}. Install the operator.", _INSTALL)
        return
    if not _is_established(theirs):
        command = f"kubectl describe crd {name}"
        yield Finding(Level.ERROR, f"The API server does not serve the CRD {name} yet.", command)
    known, stored = (_list_fields(crd) for crd in (ours, theirs))
    if missing := sorted(known - stored):
        what = f"The CRD {name} is older than this plugin: it lacks {_name(missing)}. Upgrade the operator's CRDs."
        yield Finding(Level.WARNING, what, _INSTALL)
    if more := sorted(stored - known):
        what = f"The CRD {name} is newer than this plugin, which does not know {_name(more)}. Upgrade the plugin."
        yield Finding(Level.WARNING, what, _UPGRADE)


def _is_established(crd: Document) -> bool:
    conditions = (crd.get("status") or {}).get("conditions") or ()
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def _list_fields(crd: Document) -> set[str]:
    """List the paths of all fields of spec and status, in the version of ours."""
    version = next((each for each in crd["spec"]["versions"] if each["name"] == _VERSION), None)
    schema = ((version or {}).get("schema") or {}).get("openAPIV3Schema") or {}
    parts = schema.get("properties") or {}
    return {path for part in ("spec", "status") for path in _list_paths(parts.get(part) or {}, part)}


def _list_paths(schema: Document, path: str) -> Iterator[str]:
    for name, member in (schema.get("properties") or {}).items():
        yield f"{path}.{name}"
        yield from _list_paths(member, f"{path}.{name}")
    if "items" in schema:
        yield from _list_paths(schema["items"], f"{path}[]")


def _name(paths: list[str]) -> str:
    more = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {more} more fields" if more > 0 else "")
