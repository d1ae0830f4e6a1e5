"""Where a person goes on: the app in the Entra admin center, and what to read."""

from kubectl_entrasync.description.job_facts import JobFacts
from kubectl_entrasync.description.section import Line, Section
from kubectl_entrasync.fleet.links import list_links


def describe_links(facts: JobFacts) -> Section:
    """Name the addresses."""
    links = tuple(list_links(facts.document))
    data = {link.name: link.address for link in links}
    return Section("links", "Links", data, tuple(Line(link.words, link.address) for link in links))
