"""Checks the Secrets that jobs and connections name: whether they are there, and their label."""

from collections.abc import Iterable, Iterator

from entrasync.api.names import WATCH_LABEL
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, Unread, list_read, name_of
from kubectl_entrasync.doctor.finding import Finding, Level, is_well, make_unread

Use = tuple[str, str, str]
"""A namespace, the name of a Secret, and who names it."""


def check_secrets(facts: DoctorFacts) -> list[Finding]:
    """Find Secrets that are named and are missing, or lack the label by which the operator may use them."""
    uses = [*_list_job_uses(list_read(facts.jobs)), *_list_connection_uses(list_read(facts.connections))]
    if not uses:
        return is_well("No Secret is named.")
    if isinstance(facts.secrets, Unread):
        return [make_unread(facts.secrets.why)]
    labels = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): each["metadata"].get("labels") or {}
        for each in facts.secrets
    }
    findings = [finding for use in dict.fromkeys(uses) for finding in _judge(use, labels)]
    return findings or is_well(f"All {len({use[:2] for use in uses})} Secrets that are named are there and labelled.")


def _judge(use: Use, labels: dict[tuple[str, str], Document]) -> Iterator[Finding]:
    namespace, name, user = use
    found = labels.get((namespace, name))
    if found is None:
        what = f"{user} names the Secret {namespace}/{name}, which is not there. Create it."
        yield Finding(Level.ERROR, what, f"kubectl create secret generic {name} --namespace {namespace}")
    elif found.get(WATCH_LABEL) != "true":
        is_job = user.startswith("SynchronizationJob")
        effect = "the operator may not use it" if is_job else "a change of it is seen late"
        what = f'{user} names the Secret {namespace}/{name}, which lacks the label {WATCH_LABEL}: "true", so {effect}.'
        command = f"kubectl label secret {name} --namespace {namespace} {WATCH_LABEL}=true"
        yield Finding(Level.ERROR if is_job else Level.WARNING, what, command)


def _list_job_uses(jobs: Iterable[Document]) -> Iterator[Use]:
    for job in jobs:
        credentials = ((job.get("spec") or {}).get("application") or {}).get("credentials") or {}
        for entry in credentials.get("entries") or ():
            reference = (entry.get("valueFrom") or {}).get("secretKeyRef") or {}
            if reference.get("name"):
                yield job["metadata"]["namespace"], reference["name"], f"SynchronizationJob {name_of(job)}"


def _list_connection_uses(connections: Iterable[Document]) -> Iterator[Use]:
    for connection in connections:
        for member in ("clientSecret", "clientCertificate"):
            reference = ((connection.get("spec") or {}).get(member) or {}).get("secretRef") or {}
            if reference.get("name"):
                user = f"GraphConnection {name_of(connection)}"
                yield connection["metadata"]["namespace"], reference["name"], user
