"""Checks the jobs: those that a person has to act for, what Graph refuses, and deletions that do not end."""

from collections.abc import Iterator
from datetime import timedelta

from entrasync.api.names import ABANDON_ANNOTATION, DELETION_APPROVED_ANNOTATION, SINGULAR
from entrasync.api.reasons import Reason
from entrasync.core.primitives.times import parse_time
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, find_condition, list_read, name_of
from kubectl_entrasync.doctor.finding import Finding, Level, is_well
from kubectl_entrasync.fleet.health import Health
from kubectl_entrasync.fleet.job_row import read_row
from kubectl_entrasync.output.ages import write_age

LONGEST_DELETION = timedelta(minutes=15)
"""The operator deletes a job within seconds, and waits for replication for minutes."""

_STATUS = "kubectl entrasync status --all-namespaces"


def check_jobs(facts: DoctorFacts) -> list[Finding]:
    """Count the jobs that are ill."""
    jobs = list_read(facts.jobs)
    ill = [row for job in jobs if (row := read_row(job)).health.is_ill]
    if not ill:
        return is_well(f"SynchronizationJobs: {len(jobs)}, none of them ill.")
    counts = [(health, sum(row.health is health for row in ill)) for health in Health]
    words = ", ".join(f"{count} {health}" for health, count in counts if count)
    return [Finding(Level.WARNING, f"SynchronizationJobs: {len(jobs)}, of which {len(ill)} are ill: {words}.", _STATUS)]


def check_graph(facts: DoctorFacts) -> list[Finding]:
    """Find jobs that wait because Graph does not answer or throttles, as the operator saw it."""
    reasons = [str(find_condition(job, "Ready").get("reason")) for job in list_read(facts.jobs)]
    silent, throttled = (reasons.count(each) for each in (Reason.GRAPH_UNREACHABLE, Reason.THROTTLED))
    findings = []
    if silent:
        what = f"Graph does not answer the operator for {silent} jobs. Check its network, proxies and policies."
        findings.append(Finding(Level.ERROR, what, _STATUS))
    if throttled:
        what = (
            f"Graph throttles the operator for {throttled} jobs. It goes on by itself. If that lasts, raise "
            "spec.pollInterval, or lower spec.limits.concurrency of the GraphConnection."
        )
        findings.append(Finding(Level.WARNING, what, _STATUS))
    return findings or is_well("No job waits because Graph does not answer or throttles.")


def check_deletions(facts: DoctorFacts) -> list[Finding]:
    """Find resources that are being deleted for long: their finalizer waits for somebody."""
    findings = [finding for job in list_read(facts.jobs) for finding in _judge_deletion(job, facts)]
    return findings or is_well("No deletion is stuck.")


def _judge_deletion(job: Document, facts: DoctorFacts) -> Iterator[Finding]:
    since = parse_time(job["metadata"].get("deletionTimestamp"))
    if since is None or facts.server_time - since < LONGEST_DELETION:
        return
    name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
    ready = find_condition(job, "Ready")
    is_held = ready.get("reason") == Reason.DELETION_HELD
    annotation = DELETION_APPROVED_ANNOTATION if is_held else ABANDON_ANNOTATION
    why = f" {ready['message']}" if ready.get("message") else ""
    effect = "approves it" if is_held else "lets it go and leaves the job in Graph"
    yield Finding(
        Level.ERROR,
        f"The SynchronizationJob {name_of(job)} is being deleted for {write_age(since, facts.server_time)}.{why} The "
        f"annotation {effect}.",
        f"kubectl annotate {SINGULAR} {name} --namespace {namespace} {annotation}=true",
    )
