"""The decision: facts in, the next thing out. Adding behaviour is one function and one line in RULES."""

from collections.abc import Callable

from entrasync.api.conditions import Reason
from entrasync.core.desired import Desired
from entrasync.core.facts import Facts
from entrasync.core.job_rules import (
    create_is_unconfirmed,
    held_job_is_missing,
    job_is_claimed_by_another,
    job_is_not_written_down,
    job_to_hold_is_unknown,
    named_job_is_not_the_held_one,
    named_job_is_unknown,
    template_is_not_that_of_the_job,
)
from entrasync.core.resource import is_same_id
from entrasync.core.schedule_rules import (
    job_rests_but_should_run,
    job_runs_but_should_rest,
    job_was_paused_by_graph,
)
from entrasync.core.verdicts import Stall, Verdict

Rule = Callable[[Facts], Verdict | None]


def tenant_was_changed(facts: Facts) -> Stall | None:
    """Find a connection that leads to another tenant than the one this resource belongs to.

    It needs no look at Graph, and is asked before the first: what another tenant shows is not ours.
    """
    if (pinned := facts.left_tenant) is None:
        return None
    return Stall(
        Reason.TENANT_CHANGED,
        f"This resource belongs to tenant {pinned}, but the operator's connection leads to {facts.observed.tenant_id}. "
        "Point the connection back, or delete the resource and apply it anew.",
    )


def service_principal_was_changed(facts: Facts) -> Stall | None:
    """Find a spec that means another service principal than the job's."""
    pinned, wanted = facts.resource.pinned_service_principal_id, facts.desired.service_principal_id
    if pinned is None or is_same_id(pinned, wanted):
        return None
    return Stall(
        Reason.SERVICE_PRINCIPAL_CHANGED,
        f"{_name_service_principal(facts.desired)}, but this resource belongs to service principal {pinned}. "
        "A job cannot move: set the old id again, or delete the resource and apply it under the new one.",
    )


def _name_service_principal(desired: Desired) -> str:
    if desired.app_id:
        return f"spec.servicePrincipal.appId {desired.app_id} means {desired.service_principal_id}"
    return f"spec.servicePrincipal.objectId is {desired.service_principal_id}"


RULES: tuple[Rule, ...] = (
    tenant_was_changed,
    create_is_unconfirmed,
    service_principal_was_changed,
    named_job_is_not_the_held_one,
    job_is_claimed_by_another,
    job_to_hold_is_unknown,
    named_job_is_unknown,
    held_job_is_missing,
    template_is_not_that_of_the_job,
    job_is_not_written_down,
    job_was_paused_by_graph,
    job_runs_but_should_rest,
    job_rests_but_should_run,
)
"""In the order in which they are asked: whose tenant, which job, is it there, is it ours, does it run."""


def plan(facts: Facts) -> Verdict | None:
    """Ask the rules in order; the first that finds something decides. None: Graph is as the spec wants it."""
    return next((verdict for rule in RULES if (verdict := rule(facts)) is not None), None)
