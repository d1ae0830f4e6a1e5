"""For each rule of the plan, the facts of a case that this rule decides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.job.restart import RecoverySpec
from entrasync.api.names import FOREIGN_SECRET_ANNOTATION, RESTART_ANNOTATION
from entrasync.api.policies import AdoptionPolicy, ManagementPolicy, QuarantineRecovery, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core import plan as planning
from entrasync.core.application import lost_keys
from entrasync.core.application import rules as application_rules
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.facts.application_seen import Credentials, Refusal
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import (
    FailedTest,
    RefusedExpression,
    SchemaFaults,
    SchemaSeen,
    UnknownAttribute,
    UnknownPart,
)
from entrasync.core.health.unknown_state import job_state_is_unknown
from entrasync.core.job import observe_only_rules as observer_rules
from entrasync.core.job import rules as job_rules
from entrasync.core.job.missing_job import created_job_was_never_shown, held_job_is_missing
from entrasync.core.job.unconfirmed_create import create_is_unconfirmed
from entrasync.core.plan import WORK_RULES, Rule
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.record.difference_records import hash_differences
from entrasync.core.record.restart_record import PeriodicRecord
from entrasync.core.record.schema_record import SentChange
from entrasync.core.remote.job_settings import SentSetting
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.restart import rules as restart_rules
from entrasync.core.schedule import interval as interval_rules
from entrasync.core.schedule import rules as schedule_rules
from entrasync.core.schema import rules as schema_rules
from entrasync.core.schema.merge import merge_schema
from entrasync.core.settings import rules as settings_rules
from tests.support.facts import (
    JOB,
    NOW,
    OTHER_PRINCIPAL,
    ago,
    application,
    application_seen,
    claim,
    desired,
    facts,
    holder,
    minutes,
    misses,
    operation,
    quarantined_job,
    remote_job,
    resource,
    unshown,
)
from tests.support.schemas import graph_schema, schema_wish

WEEKLY = PeriodicRestartSpec(cron="0 3 * * 0")
SCOPED = desired(application=application(scope="All"))
WITH_URL = desired(application=application("BaseAddress=u"))
ACKNOWLEDGED = {FOREIGN_SECRET_ANNOTATION: "true"}
LOST = frozenset({"UserName"})
UNREADABLE = application_seen(credentials=Credentials(SecretValues(), unreadable="There is no Secret."))

REFUSED = Reason.REQUEST_REFUSED
MAIL = schema_wish({"target": "userName", "attribute": "mail"})
_MERGED = merge_schema(graph_schema(), MAIL, {})
DIFFERING = SchemaSeen(_MERGED.differences, wanted=_MERGED.schema, shown=graph_schema())


def faulty(**faults: Any) -> SchemaSeen:
    return replace(DIFFERING, faults=SchemaFaults(**faults))


NEVER_SHOWN = facts(holder("new", status={"operation": operation(ago(minutes(20)))}), misses=misses(3, minutes(5)))

DECIDED_BY: dict[Rule, Facts] = {
    planning.tenant_was_changed: facts(holder(), remote_job(), tenant="elsewhere"),
    planning.service_principal_was_changed: facts(
        holder(wish=desired(service_principal_id=OTHER_PRINCIPAL)), remote_job()
    ),
    create_is_unconfirmed: facts(resource(status={"operation": operation(NOW)})),
    job_rules.named_job_is_not_the_held_one: facts(holder(wish=desired(job_id="named")), remote_job()),
    job_rules.claim_of_another_is_unknown: facts(None, remote_job(), uncertain_claims=(claim(held_job_id=JOB),)),
    job_rules.job_is_claimed_by_another: facts(
        holder(), remote_job(), claims=(claim(held_job_id=JOB, created_at=ago(timedelta(days=9))),)
    ),
    job_rules.job_to_hold_is_unknown: facts(),
    job_rules.named_job_is_unknown: facts(resource(desired(job_id="named"))),
    created_job_was_never_shown: NEVER_SHOWN,
    held_job_is_missing: facts(holder()),
    job_rules.template_is_not_that_of_the_job: facts(holder(wish=desired(template_id="other")), remote_job()),
    job_rules.job_is_not_recorded: facts(holder(finalizers=()), remote_job()),
    schedule_rules.job_was_paused_by_graph: facts(holder(), remote_job(state="Disabled", escrowsPruned=True)),
    schedule_rules.job_runs_but_should_be_paused: facts(
        holder(wish=desired(schedule_state=ScheduleState.PAUSED)), quarantined_job()
    ),
    schedule_rules.job_ran_before_its_pause: facts(
        holder(status={"pause": {"by": "Operator", "reason": "x", "resumes": True}}), remote_job(state="Disabled")
    ),
    schedule_rules.job_is_paused_but_should_run: facts(holder(), remote_job(state="Disabled")),
    schedule_rules.start_was_not_taken: facts(
        holder(
            status=unshown(ScheduleState.ACTIVE, ago(minutes(20)))
            | {
                "lastStartTime": write_precise_time(ago(minutes(20))),
                "job": {"id": JOB, "schedule": {"state": "Paused"}},
            }
        ),
        remote_job(state="Disabled"),
    ),
    schedule_rules.pause_was_not_taken: facts(
        holder(
            wish=desired(schedule_state=ScheduleState.PAUSED),
            status=unshown(ScheduleState.PAUSED, ago(minutes(20)), cause="spec.schedule.state is Paused"),
        ),
        remote_job(),
    ),
    settings_rules.settings_differ: facts(holder(wish=desired(settings=(("A", "1"),))), remote_job()),
    settings_rules.settings_were_not_taken: facts(
        holder(wish=desired(settings=(("A", "1"),))),
        remote_job(),
        settings_sent={"A": SentSetting("1", None, ago(minutes(20)))},
    ),
    schema_rules.schema_differs: facts(holder(wish=desired(schema=MAIL)), remote_job(), job_schema=DIFFERING),
    schema_rules.schema_could_not_be_read: facts(
        holder(wish=desired(schema=MAIL)), remote_job(), job_schema=SchemaSeen(failure=Halted(Stall(REFUSED, "No.")))
    ),
    schema_rules.schema_part_is_unknown: facts(
        holder(wish=desired(schema=MAIL)), remote_job(), job_schema=faulty(unknown=(UnknownPart("a rule", ()),))
    ),
    schema_rules.attribute_is_unknown: facts(
        holder(wish=desired(schema=MAIL)),
        remote_job(),
        job_schema=faulty(
            unknown_attributes=(
                UnknownAttribute("a field", "nick", directory="Slack", kind="User", similar=(), may_be_added=True),
            )
        ),
    ),
    schema_rules.rule_is_not_editable: facts(
        holder(wish=desired(schema=MAIL)), remote_job(), job_schema=faulty(not_editable=("a rule",))
    ),
    schema_rules.directory_is_read_only: facts(
        holder(wish=desired(schema=MAIL)), remote_job(), job_schema=faulty(read_only=("a directory",))
    ),
    schema_rules.expression_is_refused: facts(
        holder(wish=desired(schema=MAIL)),
        remote_job(),
        job_schema=faulty(refused=(RefusedExpression("userName", "No."),)),
    ),
    schema_rules.mapping_test_fails: facts(
        holder(wish=desired(schema=MAIL)), remote_job(), job_schema=faulty(failed=(FailedTest("a test", "why"),))
    ),
    schema_rules.schema_change_awaits_approval: facts(
        holder(wish=desired(schema=schema_wish({"target": "userName", "attribute": "mail"}, approval="Required"))),
        remote_job(),
        job_schema=DIFFERING,
    ),
    schema_rules.schema_was_not_taken: facts(
        holder(
            wish=desired(schema=MAIL),
            status={
                "schema": {"sent": SentChange(hash_differences(DIFFERING.differences), ago(minutes(20)), "").write()}
            },
        ),
        remote_job(),
        job_schema=DIFFERING,
    ),
    interval_rules.interval_differs: facts(holder(wish=desired(interval="PT20M")), remote_job()),
    lost_keys.acknowledgement_is_outdated: facts(
        holder(wish=SCOPED, annotations=ACKNOWLEDGED), remote_job(), application=application_seen(lost=LOST)
    ),
    application_rules.secrets_are_not_saved: facts(holder(wish=SCOPED), remote_job(), application=application_seen({})),
    application_rules.secrets_are_left_over: facts(
        holder(wish=WITH_URL, status={"application": {"keys": ["Domain"]}}),
        remote_job(),
        application=application_seen({"BaseAddress": "u", "Domain": "d"}, {"BaseAddress": "u"}),
    ),
    application_rules.application_is_held_by_another: facts(
        holder(wish=SCOPED), remote_job(), claims=(claim(has_application=True, created_at=ago(timedelta(days=9))),)
    ),
    application_rules.secret_is_unreadable: facts(holder(wish=SCOPED), remote_job(), application=UNREADABLE),
    lost_keys.foreign_secret_was_lost: facts(
        holder(wish=SCOPED), remote_job(), application=application_seen(lost=LOST)
    ),
    lost_keys.foreign_secrets_do_not_show: facts(
        holder(wish=SCOPED), remote_job(), application=application_seen({}, missing=LOST)
    ),
    lost_keys.secret_writes_are_blocked: facts(
        holder(wish=SCOPED),
        remote_job(),
        application=application_seen({}),
        secrets_blocked_by=ObjectKey("identity", "other"),
    ),
    application_rules.secrets_could_not_be_read: facts(
        holder(wish=SCOPED),
        remote_job(),
        application=application_seen(failure=Halted(Stall(Reason.REQUEST_REFUSED, "No."))),
    ),
    application_rules.notification_settings_cannot_be_merged: facts(
        holder(wish=desired(application=application(accidentalDeletions={"threshold": 5}))),
        remote_job(),
        application=application_seen({"SyncNotificationSettings": "*"}),
    ),
    application_rules.other_keys_are_at_risk: facts(
        holder(wish=SCOPED), remote_job(), application=application_seen({"Password": "*"})
    ),
    application_rules.credentials_were_refused: facts(
        holder(wish=SCOPED),
        remote_job(),
        application=application_seen({"SyncAll": "true"}, refusal=Refusal("Bad", "No.", NOW)),
    ),
    application_rules.new_credentials_were_refused: facts(
        holder(wish=SCOPED, status={"application": {"keys": ["SecretToken"]}}),
        remote_job(),
        application=application_seen(refusal=Refusal("X", "y", NOW)),
    ),
    application_rules.saved_secrets_were_not_taken: facts(
        holder(wish=SCOPED), remote_job(), application=application_seen({}, untaken=frozenset({"SyncAll"}))
    ),
    application_rules.saved_secrets_do_not_show: facts(
        holder(wish=SCOPED), remote_job(), application=application_seen({}, pending=frozenset({"SyncAll"}))
    ),
    job_state_is_unknown: facts(holder(), remote_job(state=None)),
    restart_rules.restart_is_requested: facts(holder(annotations={RESTART_ANNOTATION: "token"}), remote_job()),
    restart_rules.periodic_restart_is_due: facts(
        holder(
            wish=desired(periodic_restart=WEEKLY),
            status={"restarts": {"periodic": PeriodicRecord(WEEKLY.timetable, ago(minutes(5))).write()}},
        ),
        remote_job(),
    ),
    restart_rules.quarantine_may_be_ended: facts(
        holder(wish=desired(recovery=RecoverySpec(on_quarantine=QuarantineRecovery.START))),
        quarantined_job(error=None, currentBegan=write_precise_time(ago(timedelta(hours=2)))),
    ),
    restart_rules.timetable_cannot_be_followed: facts(
        holder(wish=desired(periodic_restart=PeriodicRestartSpec(cron="0 3 * * 9"))), remote_job()
    ),
    restart_rules.restart_is_due: facts(holder(status={"operation": {"action": "RestartJob"}}), remote_job()),
}
"""Each rule with a case that no earlier rule decides."""

OBSERVED = desired(management_policy=ManagementPolicy.OBSERVE)
OBSERVED_GONE = facts(holder(wish=OBSERVED), misses=misses(3, minutes(5)))

DECIDED_FOR_OBSERVERS_BY: dict[Rule, Facts] = {
    planning.tenant_was_changed: facts(holder(wish=OBSERVED), remote_job(), tenant="elsewhere"),
    observer_rules.create_before_observing_is_unconfirmed: facts(
        resource(OBSERVED, status={"operation": operation(NOW)})
    ),
    planning.service_principal_was_changed: facts(
        holder(wish=replace(OBSERVED, service_principal_id=OTHER_PRINCIPAL)), remote_job()
    ),
    job_rules.named_job_is_not_the_held_one: facts(holder(wish=replace(OBSERVED, job_id="named")), remote_job()),
    observer_rules.job_to_observe_is_missing: facts(holder(wish=OBSERVED)),
    created_job_was_never_shown: replace(
        NEVER_SHOWN, desired=OBSERVED, resource=replace(NEVER_SHOWN.resource, desired=OBSERVED)
    ),
    observer_rules.job_to_observe_is_unknown: facts(resource(OBSERVED), remote_job()),
    observer_rules.job_would_have_to_be_created: OBSERVED_GONE,
    observer_rules.job_to_observe_is_absent: facts(
        resource(replace(OBSERVED, adoption_policy=AdoptionPolicy.ADOPT_ONLY))
    ),
    job_rules.named_job_is_unknown: facts(resource(replace(OBSERVED, job_id="named"))),
    job_rules.template_is_not_that_of_the_job: facts(holder(wish=replace(OBSERVED, template_id="other")), remote_job()),
    observer_rules.observed_job_is_not_recorded: facts(resource(replace(OBSERVED, job_id=JOB)), remote_job()),
} | {
    rule: replace(
        case,
        resource=replace(
            case.resource,
            desired=(wish := replace(case.desired, management_policy=ManagementPolicy.OBSERVE)),
            finalizers=(),
        ),
        desired=wish,
    )
    for rule, case in DECIDED_BY.items()
    if rule in WORK_RULES
}
"""The same for a resource that only observes."""
