"""Where a person goes on: the app in the Entra admin center, and what to read."""

from collections.abc import Iterator

from entrasync.core.remote.synchronization_status import read_synchronization_status
from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section

_ADMIN_CENTER = "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview"
"""The page of an enterprise application. Its menu leads to Provisioning, which has no address that Microsoft names."""

_QUARANTINE_PAGE = (
    "https://learn.microsoft.com/entra/identity/app-provisioning/application-provisioning-quarantine-status"
)


def describe_links(facts: JobFacts) -> Section:
    """Name the addresses. In a cloud other than Global the admin center has another host."""
    links = tuple(_list_links(facts))
    data = {member: address for member, _, address in links}
    return Section("links", "Links", data, tuple(Line(words, address) for _, words, address in links))


def _list_links(facts: JobFacts) -> Iterator[tuple[str, str, str]]:
    principal = facts.spec.get("servicePrincipal") or {}
    if object_id := facts.record.service_principal_id or principal.get("objectId"):
        app = f"/appId/{principal['appId']}" if principal.get("appId") else ""
        yield "adminCenter", "Admin center", f"{_ADMIN_CENTER}/objectId/{object_id}{app}"
    live = facts.record.synchronization_status or {}
    if read_synchronization_status(live).quarantine is not None:
        yield "quarantine", "On quarantines", _QUARANTINE_PAGE
    if address := live.get("troubleshootingUrl"):
        yield "troubleshooting", "Graph suggests", str(address)
