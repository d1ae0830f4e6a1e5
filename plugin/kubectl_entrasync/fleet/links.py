"""Where a person goes on about a job: the app in the Entra admin center, and what to read."""

from collections.abc import Iterator
from dataclasses import dataclass

from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.remote.synchronization_status import read_synchronization_status
from kubectl_entrasync.fleet.job_row import Document

_ADMIN_CENTER = "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview"
"""The page of an enterprise application. Its menu leads to Provisioning, which has no address that Microsoft names."""

QUARANTINE_PAGE = (
    "https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status"
)


@dataclass(frozen=True)
class Link:
    """An address, with its name in JSON and in words."""

    name: str
    words: str
    address: str


def list_links(document: Document) -> Iterator[Link]:
    """List the addresses for a SynchronizationJob. In a cloud other than Global the admin center has another host."""
    status, principal = (
        read_object(document.get("status")),
        read_object(read_object(document.get("spec")).get("servicePrincipal")),
    )
    if object_id := read_text(status.get("servicePrincipalId")) or read_text(principal.get("objectId")):
        app = f"/appId/{principal['appId']}" if principal.get("appId") else ""
        yield Link("adminCenter", "Admin center", f"{_ADMIN_CENTER}/objectId/{object_id}{app}")
    live = read_synchronization_status(status.get("synchronizationStatus"))
    if live.quarantine is not None:
        yield Link("quarantine", "On quarantines", QUARANTINE_PAGE)
    if live.troubleshooting_url:
        yield Link("troubleshooting", "Graph suggests", live.troubleshooting_url)
