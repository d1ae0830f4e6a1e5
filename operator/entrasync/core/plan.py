"""The decision: facts in, the next action or halt out. To add behaviour, add a rule and its line in `RULES`."""

from collections.abc import Callable

from entrasync.api.reasons import Reason
from entrasync.core.application.lost_keys import (
    acknowledgement_is_outdated,
    foreign_secret_was_lost,
    foreign_secrets_do_not_show,
    secret_writes_are_blocked,
)
from entrasync.core.application.rules import (
    application_is_held_by_another,
    credentials_were_refused,
    new_credentials_were_refused,
    notification_settings_cannot_be_merged,
    other_keys_are_at_risk,
    saved_secrets_do_not_show,
    saved_secrets_were_not_taken,
    secret_is_unreadable,
    secrets_are_left_over,
    secrets_are_not_saved,
    secrets_could_not_be_read,
)
from entrasync.core.connection.other_tenant import describe_other_tenant
from entrasync.core.decision.action import Action
from entrasync.core.decision.verdicts import Do, Stall, Verdict
from entrasync.core.facts.facts import Facts
from entrasync.core.health.unknown_state import job_state_is_unknown
from entrasync.core.job.missing_job import created_job_was_never_shown, held_job_is_missing
from entrasync.core.job.observe_only_rules import (
    create_before_observing_is_unconfirmed,
    job_to_observe_is_absent,
    job_to_observe_is_missing,
    job_to_observe_is_unknown,
    job_would_have_to_be_created,
    observed_job_is_not_recorded,
)
from entrasync.core.job.rules import (
    claim_of_another_is_unknown,
    job_is_claimed_by_another,
    job_is_not_recorded,
    job_to_hold_is_unknown,
    named_job_is_not_the_held_one,
    named_job_is_unknown,
    template_is_not_that_of_the_job,
)
from entrasync.core.job.unconfirmed_create import create_is_unconfirmed
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.resource.desired import Desired
from entrasync.core.restart.rules import (
    periodic_restart_is_due,
    quarantine_may_be_ended,
    restart_is_due,
    restart_is_requested,
    timetable_cannot_be_followed,
)
from entrasync.core.schedule.interval import interval_differs
from entrasync.core.schedule.rules import (
    job_is_paused_but_should_run,
    job_ran_before_its_pause,
    job_runs_but_should_be_paused,
    job_was_paused_by_graph,
    pause_was_not_taken,
    start_was_not_taken,
)
from entrasync.core.schema.rules import (
    attribute_is_unknown,
    directory_is_read_only,
    expression_is_refused,
    mapping_test_fails,
    rule_is_not_editable,
    schema_change_awaits_approval,
    schema_could_not_be_read,
    schema_differs,
    schema_part_is_unknown,
    schema_was_not_taken,
)
from entrasync.core.settings.rules import settings_differ, settings_were_not_taken

Rule = Callable[[Facts], Verdict | None]


def tenant_was_changed(facts: Facts) -> Stall | None:
    """Find a connection that leads to another tenant than the one this resource belongs to.

    The rule needs no look at Graph and comes before the first, because what another tenant shows is not about this job.
    """
    if (pinned := facts.former_tenant_id) is None:
        return None
    return Stall(
        Reason.TENANT_CHANGED,
        f"This resource belongs to tenant {pinned}, but {describe_other_tenant(facts)}, "
        "or delete the resource and apply it anew.",
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


SCHEMA_RULES: tuple[Rule, ...] = (
    schema_could_not_be_read,
    schema_part_is_unknown,
    attribute_is_unknown,
    rule_is_not_editable,
    directory_is_read_only,
    expression_is_refused,
    mapping_test_fails,
    schema_change_awaits_approval,
    schema_was_not_taken,
)
"""Rules that find why the schema is not as wanted. Until a person has looked, which may take days, restarts go on."""

RESTART_RULES: tuple[Rule, ...] = (
    pause_was_not_taken,
    restart_is_requested,
    quarantine_may_be_ended,
    restart_is_due,
    periodic_restart_is_due,
)
"""Rules of restarts, with the one that keeps them from a job that Graph shows running although it is to be paused."""

WORK_RULES: tuple[Rule, ...] = (
    job_runs_but_should_be_paused,
    acknowledgement_is_outdated,
    secrets_are_not_saved,
    secrets_are_left_over,
    settings_differ,
    schema_differs,
    job_ran_before_its_pause,
    application_is_held_by_another,
    secret_is_unreadable,
    foreign_secret_was_lost,
    foreign_secrets_do_not_show,
    secret_writes_are_blocked,
    secrets_could_not_be_read,
    notification_settings_cannot_be_merged,
    other_keys_are_at_risk,
    credentials_were_refused,
    saved_secrets_do_not_show,
    saved_secrets_were_not_taken,
    *SCHEMA_RULES,
    job_is_paused_but_should_run,
    start_was_not_taken,
    *RESTART_RULES,
    interval_differs,
    settings_were_not_taken,
    timetable_cannot_be_followed,
    new_credentials_were_refused,
    job_was_paused_by_graph,
    job_state_is_unknown,
)
"""Is the job as it should be, in the order in which it is asked.

A job is paused whatever is wrong with its application or schema. It is started only when these are right, unless it ran
before. Rules about the job's health come last, when nothing else is left to do.
"""

MANAGE_ONLY_RULES: tuple[Rule, ...] = (
    acknowledgement_is_outdated,
    application_is_held_by_another,
    foreign_secret_was_lost,
    foreign_secrets_do_not_show,
    secret_writes_are_blocked,
    other_keys_are_at_risk,
    schema_change_awaits_approval,
    schema_was_not_taken,
    restart_is_requested,
    quarantine_may_be_ended,
    periodic_restart_is_due,
    interval_differs,
    start_was_not_taken,
    pause_was_not_taken,
)
"""Rules that only a managing resource needs. Another interval is no drift, because nobody could correct it."""

JOB_RULES: tuple[Rule, ...] = (
    tenant_was_changed,
    create_is_unconfirmed,
    service_principal_was_changed,
    named_job_is_not_the_held_one,
    claim_of_another_is_unknown,
    job_is_claimed_by_another,
    job_to_hold_is_unknown,
    named_job_is_unknown,
    created_job_was_never_shown,
    held_job_is_missing,
    template_is_not_that_of_the_job,
    job_is_not_recorded,
)
"""Whose tenant, which job, is it there, is it this resource's own: in the order in which it is asked."""

OBSERVE_ONLY_JOB_RULES: tuple[Rule, ...] = (
    tenant_was_changed,
    create_before_observing_is_unconfirmed,
    service_principal_was_changed,
    named_job_is_not_the_held_one,
    job_to_observe_is_missing,
    created_job_was_never_shown,
    job_to_observe_is_unknown,
    job_would_have_to_be_created,
    job_to_observe_is_absent,
    named_job_is_unknown,
    template_is_not_that_of_the_job,
    observed_job_is_not_recorded,
)
"""The same for an observe-only resource. It needs no job of its own, and others may hold the job that it observes."""

RULES = (*JOB_RULES, *WORK_RULES)
OBSERVE_ONLY_WORK_RULES = tuple(rule for rule in WORK_RULES if rule not in MANAGE_ONLY_RULES)
OBSERVE_ONLY_RULES = (*OBSERVE_ONLY_JOB_RULES, *OBSERVE_ONLY_WORK_RULES)


def plan_job(facts: Facts) -> Verdict | None:
    """Ask the rules about the job itself. None: the job is there and is this resource's own."""
    if facts.desired.is_observe_only:
        return _observe(facts, OBSERVE_ONLY_JOB_RULES)[1]
    return _first(facts, JOB_RULES)


def plan_work(facts: Facts) -> Verdict | None:
    """Ask whether a job in hand is as it should be. None: Graph is as the spec wants it."""
    if facts.desired.is_observe_only:
        return _observe(facts, OBSERVE_ONLY_WORK_RULES)[1]
    return _first(facts, WORK_RULES)


def plan(facts: Facts) -> Verdict | None:
    """Ask all rules in order. The first that finds something decides; None means that Graph matches the spec.

    For an observe-only resource the verdict is never a write to Graph. `forecast_writes` lists those.
    """
    verdict = plan_job(facts)
    return plan_work(facts) if verdict is None else verdict


def forecast_writes(facts: Facts) -> tuple[Action, ...]:
    """List the writes to Graph that would come next if the resource were not observe-only."""
    return _observe(facts, OBSERVE_ONLY_RULES)[0] if facts.desired.is_observe_only else ()


def forecast_work(facts: Facts) -> tuple[tuple[Action, ...], Verdict | None]:
    """List the writes to Graph that would come next for the job in hand of a managing resource, and what halts them.

    Each rule is asked about the same facts, as if Graph took no write.
    """
    return _observe(facts, WORK_RULES)


def _first(facts: Facts, rules: tuple[Rule, ...]) -> Verdict | None:
    for rule in rules:
        if (verdict := rule(facts)) is not None:
            is_for_a_person = rule in SCHEMA_RULES and isinstance(verdict, Stall)
            return (_find_restart(facts) or verdict) if is_for_a_person else verdict
    return None


def _find_restart(facts: Facts) -> Do | None:
    """Find a restart that is due beside a schema that waits for a person.

    While Graph may still answer or show a change, a restart waits: it would begin a cycle with the schema from before.
    """
    verdicts = (verdict for rule in RESTART_RULES if (verdict := rule(facts)) is not None)
    verdict = next(verdicts, None)
    return verdict if isinstance(verdict, Do) else None


def _observe(facts: Facts, rules: tuple[Rule, ...]) -> tuple[tuple[Action, ...], Verdict | None]:
    """Collect the writes that rules ask for and go on to the next rule, until one of them halts."""
    foreseen: list[Action] = []
    for rule in rules:
        verdict = rule(facts)
        if isinstance(verdict, Do) and verdict.action.target == "Graph":
            foreseen += [verdict.action] if verdict.action not in foreseen else []
        elif verdict is not None:
            return tuple(foreseen), verdict
    return tuple(foreseen), None
