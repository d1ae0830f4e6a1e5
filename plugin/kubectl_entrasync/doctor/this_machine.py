"""Checks this machine: its clock against that of the API server, and its login where one is asked for."""

from datetime import timedelta

from kubectl_entrasync.doctor.facts import DoctorFacts
from kubectl_entrasync.doctor.finding import Finding, Level, is_well

MOST_OFFSET = timedelta(seconds=10)
"""The API server tells its time in whole seconds, and the call takes a while."""

REFUSED_OFFSET = timedelta(minutes=5)
"""Entra takes no proof of a login that is older or younger than this (graph-facts 7)."""


def check_clocks(facts: DoctorFacts) -> list[Finding]:
    """Find a clock that is off: ages are wrong then, and a login may be refused."""
    offset = abs(facts.clock_offset)
    if offset <= MOST_OFFSET:
        return is_well("The clock of this machine agrees with the API server's.")
    where = "ahead of" if facts.clock_offset > timedelta() else "behind"
    level = Level.ERROR if offset >= REFUSED_OFFSET else Level.WARNING
    what = f"The clock of this machine is {offset.total_seconds():.0f} s {where} the API server's. Set one of them."
    return [Finding(level, what, "timedatectl status")]


def check_tenant(facts: DoctorFacts) -> list[Finding]:
    """Find why this machine cannot log in, or does not reach Graph."""
    look = facts.tenant
    if look is None:
        return []
    if look.fault is not None:
        return [Finding(Level.ERROR, look.fault, "az login --tenant TENANT")]
    return is_well(f"The login to tenant {look.tenant_id} works, and Graph answers.")
