"""Checks that an operator is alive: its Deployments, and the Lease that its replicas share."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from entrasync.core.primitives.times import parse_time
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, Unread, list_read, name_of
from kubectl_entrasync.doctor.finding import Finding, Level, is_well, make_unread
from kubectl_entrasync.output.ages import write_age

MISSED_RENEWALS = 3
"""After so many durations without a renewal nobody leads: a standby would have taken the Lease."""

_INSTALL = "helm install entra-sync-operator CHART --namespace entra-sync-operator --create-namespace"


def check_operators(facts: DoctorFacts) -> list[Finding]:
    """Find an operator that is not there, does not lead, or has pods that are not available."""
    looked_at = (facts.own_leases, facts.deployments)
    unread = [make_unread(each.why) for each in looked_at if isinstance(each, Unread)]
    leases, deployments = (list_read(each) for each in looked_at)
    if not leases and not deployments and not unread and not _has_fresh_namespace(facts):
        return [Finding(Level.ERROR, "No operator was found: neither a Deployment nor a Lease of one.", _INSTALL)]
    findings = [finding for each in leases for finding in _judge_lease(each, facts.server_time)]
    findings += [finding for each in deployments for finding in _judge_deployment(each)]
    return [*findings, *unread] or is_well(_name_leaders(leases, facts.server_time))


def _has_fresh_namespace(facts: DoctorFacts) -> bool:
    return any(is_fresh(each, facts.server_time) for each in list_read(facts.namespace_leases))


def is_fresh(lease: Document, now: datetime) -> bool:
    """Whether somebody holds a Lease and renews it."""
    spec = lease.get("spec") or {}
    renewed = parse_time(spec.get("renewTime"))
    limit = timedelta(seconds=MISSED_RENEWALS * int(spec.get("leaseDurationSeconds") or 1))
    return bool(spec.get("holderIdentity")) and renewed is not None and now - renewed <= limit


def _judge_lease(lease: Document, now: datetime) -> Iterator[Finding]:
    if is_fresh(lease, now):
        return
    spec, namespace = lease.get("spec") or {}, lease["metadata"]["namespace"]
    age = write_age(parse_time(spec.get("renewTime")), now)
    holder = spec.get("holderIdentity")
    who = f"{holder} has not renewed it for {age}" if holder else f"nobody holds it since {age}"
    command = f"kubectl get pods --namespace {namespace}"
    yield Finding(Level.ERROR, f"No operator leads by the Lease {name_of(lease)}: {who}. Look at its pods.", command)


def _judge_deployment(deployment: Document) -> Iterator[Finding]:
    wanted = (deployment.get("spec") or {}).get("replicas", 1)
    available = (deployment.get("status") or {}).get("availableReplicas") or 0
    name, namespace = deployment["metadata"]["name"], deployment["metadata"]["namespace"]
    if not wanted:
        command = f"kubectl scale deployment {name} --namespace {namespace} --replicas 1"
        yield Finding(Level.ERROR, f"The Deployment {name_of(deployment)} has no replicas.", command)
    elif available < wanted:
        level = Level.WARNING if available else Level.ERROR
        what = f"The Deployment {name_of(deployment)} has {available} of {wanted} pods available."
        yield Finding(level, what, f"kubectl describe deployment {name} --namespace {namespace}")


def _name_leaders(leases: Sequence[Document], now: datetime) -> str:
    if not leases:
        return "An operator is there."
    renewed = [
        f"{name_of(each)} is held by {each['spec']['holderIdentity']}, renewed "
        f"{write_age(parse_time(each['spec']['renewTime']), now)} ago"
        for each in leases
    ]
    return f"An operator leads: {'; '.join(renewed)}."
