"""Which features the jobs of a connection use, so that a missing permission is only told where it is missed."""

from collections.abc import Callable, Iterable

from entrasync.api.names import DEFAULT_CONNECTION, INSTALL_CONNECTION_KIND
from entrasync.api.policies import ManagementPolicy
from entrasync.graph.permissions import FEATURES
from kubectl_entrasync.doctor.facts import Document

Uses = Callable[[Document], bool]


def _spec(job: Document) -> Document:
    return job.get("spec") or {}


def _is_managed(job: Document) -> bool:
    effective = (job.get("status") or {}).get("effective") or {}
    policy = _spec(job).get("managementPolicy") or effective.get("managementPolicy")
    return policy != ManagementPolicy.OBSERVE and not _spec(job).get("suspend")


def _has_settings(job: Document) -> bool:
    return bool(_spec(job).get("settings") or (_spec(job).get("schedule") or {}).get("interval"))


_OF_JOBS: dict[str, Uses] = {
    "reading jobs": lambda job: True,
    "creating": _is_managed,
    "spec.application": lambda job: _is_managed(job) and bool(_spec(job).get("application")),
    "spec.settings": lambda job: _is_managed(job) and _has_settings(job),
    "spec.schema": lambda job: bool(_spec(job).get("schema")),
    "spec.servicePrincipal.appId": lambda job: bool((_spec(job).get("servicePrincipal") or {}).get("appId")),
}
"""By the beginning of the description of a feature. Optional ones are not here: nothing fails without them."""

_OF_REQUESTS = "ProvisioningRequests"


def find_used_features(connection: Document, jobs: Iterable[Document], requests: Iterable[Document]) -> set[str]:
    """Return the descriptions of the features that the resources of a connection use."""
    own = [job for job in jobs if uses_connection(job, connection)]
    names = {job["metadata"]["name"] for job in own}
    namespace = connection["metadata"]["namespace"]
    has_requests = any(
        request["metadata"]["namespace"] == namespace
        and ((request.get("spec") or {}).get("jobRef") or {}).get("name") in names
        for request in requests
    )
    begins = [begin for begin, uses in _OF_JOBS.items() if any(map(uses, own))]
    begins += [_OF_REQUESTS] if has_requests else []
    return {each.description for each in FEATURES if each.description.startswith(tuple(begins))}


def uses_connection(job: Document, connection: Document) -> bool:
    """Whether a job logs in by this connection."""
    if job["metadata"]["namespace"] != connection["metadata"]["namespace"]:
        return False
    reference = _spec(job).get("connectionRef") or {"name": DEFAULT_CONNECTION}
    is_own = reference.get("kind") != INSTALL_CONNECTION_KIND
    return is_own and reference.get("name") == connection["metadata"]["name"]
