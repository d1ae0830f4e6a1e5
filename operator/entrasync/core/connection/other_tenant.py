"""A resource whose connection leads to another tenant than the one that its job is in."""

from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.resource.desired import INSTALL_CONNECTION, INSTALL_CONNECTION_REFERENCE


def describe_other_tenant(facts: Facts) -> str:
    """Say which connection leads where, and how to get back to the tenant of the job, as whole sentences."""
    seen = facts.observed
    led = f"{seen.connection} leads to tenant {seen.tenant_id}."
    if seen.connection == INSTALL_CONNECTION:
        return f"{led} Point it back to the first tenant"
    renewal = f"delete {seen.connection} and create it again with tenant {facts.former_tenant_id}"
    if not is_same_id(seen.install_tenant_id, facts.former_tenant_id):
        return f"{led} Name a connection to the first tenant in spec.connectionRef, or {renewal}"
    return (
        f"{led} To use {INSTALL_CONNECTION}, which leads to the first tenant, set spec.connectionRef to "
        f"{INSTALL_CONNECTION_REFERENCE}. Otherwise {renewal}"
    )
