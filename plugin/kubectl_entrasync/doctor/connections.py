"""Checks the GraphConnections: the login, its permissions against what the jobs use, and when it expires."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from entrasync.api.names import CONNECTION_PLURAL
from entrasync.core.primitives.times import parse_time, write_readable_time
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, find_condition, list_read, name_of
from kubectl_entrasync.doctor.features import find_used_features
from kubectl_entrasync.doctor.finding import Finding, Level, is_well

SOON, VERY_SOON = timedelta(days=30), timedelta(days=7)


def check_connections(facts: DoctorFacts) -> list[Finding]:
    """Find connections that do not work."""
    found = list_read(facts.connections)
    findings = [finding for each in found for finding in _judge_login(each)]
    return findings or is_well(f"GraphConnections that work: {len(found)}.")


def check_permissions(facts: DoctorFacts) -> list[Finding]:
    """Find permissions that a connection lacks and its jobs need."""
    jobs, requests = list_read(facts.jobs), list_read(facts.requests)
    findings = [
        Finding(Level.ERROR, what, _describe(connection))
        for connection in list_read(facts.connections)
        for what in _list_lacks(connection, find_used_features(connection, jobs, requests))
    ]
    return findings or is_well("No connection lacks a Graph permission that its jobs need.")


def check_expirations(facts: DoctorFacts) -> list[Finding]:
    """Find credentials of connections that expire soon."""
    found = [(each, _find_expiry(each, facts)) for each in list_read(facts.connections)]
    findings = [
        finding for each, expiry in found if expiry for finding in _judge_expiry(each, expiry, facts.server_time)
    ]
    known = sum(expiry is not None for _, expiry in found)
    return findings or is_well(f"No credential expires within {SOON.days} days. Known of {known} of {len(found)}.")


def _describe(connection: Document) -> str:
    name, namespace = connection["metadata"]["name"], connection["metadata"]["namespace"]
    return f"kubectl describe {CONNECTION_PLURAL} {name} --namespace {namespace}"


def _judge_login(connection: Document) -> Iterator[Finding]:
    ready = find_condition(connection, "Ready")
    if ready.get("status") == "True":
        return
    if not ready:
        what = f"The GraphConnection {name_of(connection)} was not looked at by an operator yet."
        yield Finding(Level.WARNING, what, _describe(connection))
        return
    level = Level.ERROR if ready.get("status") == "False" else Level.WARNING
    what = f"The GraphConnection {name_of(connection)} does not work ({ready.get('reason')}): {ready.get('message')}"
    yield Finding(level, what, _describe(connection))


def _list_lacks(connection: Document, used: set[str]) -> Iterator[str]:
    for lack in (connection.get("status") or {}).get("missingPermissions") or ():
        if lack.get("feature") in used:
            wanted = " or ".join(lack.get("anyOf") or ())
            yield (
                f"The app of the GraphConnection {name_of(connection)} lacks a Graph permission for {lack['feature']}. "
                f"Grant it {wanted}, with admin consent."
            )


def _find_expiry(connection: Document, facts: DoctorFacts) -> datetime | None:
    """Return when the credential expires: as the operator says, else by the certificate."""
    if told := parse_time((connection.get("status") or {}).get("credentialExpiresAt")):
        return told
    name = (((connection.get("spec") or {}).get("clientCertificate") or {}).get("secretRef") or {}).get("name")
    return facts.certificates.get((connection["metadata"]["namespace"], name or ""))


def _judge_expiry(connection: Document, expiry: datetime, now: datetime) -> Iterator[Finding]:
    left = expiry - now
    if left > SOON:
        return
    level = Level.WARNING if left > VERY_SOON else Level.ERROR
    words = "is expired since" if left <= timedelta() else "expires at"
    what = (
        f"The credential of the GraphConnection {name_of(connection)} {words} {write_readable_time(expiry)}. Make "
        "a new one, add it to the app registration, and put it into the Secret."
    )
    yield Finding(level, what, _describe(connection))
