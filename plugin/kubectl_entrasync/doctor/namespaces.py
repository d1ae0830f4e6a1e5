"""Checks that each namespace with jobs has an operator, and one only."""

from collections import defaultdict
from datetime import timedelta

from entrasync.core.primitives.times import parse_time
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, Unread, find_condition, list_read
from kubectl_entrasync.doctor.finding import Finding, Level, make_unread
from kubectl_entrasync.doctor.operators import is_fresh

FIRST_LOOK = timedelta(minutes=5)
"""An operator looks at a new resource within seconds, and after a start of its own within a minute."""


def check_namespaces(facts: DoctorFacts) -> list[Finding]:
    """Find namespaces that no operator looks after, and installs that share the cluster."""
    if isinstance(facts.namespace_leases, Unread):
        return [make_unread(facts.namespace_leases.why)]
    holders = {
        each["metadata"]["namespace"]: str(each["spec"]["holderIdentity"])
        for each in facts.namespace_leases
        if is_fresh(each, facts.server_time)
    }
    unseen = _count_unseen(facts)
    findings = [
        Finding(
            Level.ERROR,
            f"No operator has looked at {count} jobs of namespace {namespace}"
            + (f", which the install {holders[namespace]} looks after." if namespace in holders else ".")
            + " Let an install watch the namespace (its value watchNamespaces).",
            f"kubectl get leases --namespace {namespace}",
        )
        for namespace, count in sorted(unseen.items())
    ]
    return findings or [_name_installs(holders)]


def _count_unseen(facts: DoctorFacts) -> dict[str, int]:
    """Count, by namespace, the jobs that are there for a while and that no operator has looked at."""
    counts: dict[str, int] = defaultdict(int)
    for job in list_read(facts.jobs):
        if _is_unseen(job, facts):
            counts[job["metadata"]["namespace"]] += 1
    return counts


def _is_unseen(job: Document, facts: DoctorFacts) -> bool:
    made = parse_time(job["metadata"].get("creationTimestamp"))
    return not find_condition(job, "Ready") and made is not None and facts.server_time - made > FIRST_LOOK


def _name_installs(holders: dict[str, str]) -> Finding:
    installs = sorted(set(holders.values()))
    if not installs:
        return Finding(Level.OK, "No job waits for the first look of an operator.")
    if len(installs) == 1:
        return Finding(Level.OK, f"The install {installs[0]} looks after all namespaces with jobs.")
    parts = [f"{each} after {sum(holder == each for holder in holders.values())}" for each in installs]
    what = f"{len(installs)} installs share the namespaces: {', '.join(parts)}. That is well if it is meant so."
    return Finding(Level.WARNING, what, "kubectl get leases --all-namespaces")
